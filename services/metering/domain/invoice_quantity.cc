#include "services/metering/domain/invoice_quantity.h"

#include <fmt/format.h>

#include "services/metering/domain/decimal.h"

namespace furnace::metering {
namespace {

// GPU time is counted in thousandths of a GPU times microseconds, 1e-9 GPU-seconds, and
// storage in bytes times microseconds, 1e-15 gigabyte-seconds.
constexpr int kGpuSecondDigits = 9;
constexpr int kGbSecondDigits = 15;
constexpr int kMonthDigits = 15;
constexpr int kReadableDigits = 6;
constexpr Int128 kMillionthGpuHour = 3'600'000;

enum class Measure { kMoney, kGpuTime, kInvocations, kStorage };

Measure MeasureOf(const InvoiceLine& line) {
  if (line.quantity == 0) return Measure::kMoney;
  if (line.kind == "invocation") return Measure::kInvocations;
  if (line.kind == "storage") return Measure::kStorage;
  if (line.kind == "gpu_time" || line.kind == "covered" || line.kind == "credit") {
    return Measure::kGpuTime;
  }
  // An adjustment counts in the unit of what it changes: GPU time where it names a GPU type.
  if (line.section == LineSection::kAdjustment && line.gpu_type.empty()) return Measure::kMoney;
  return line.section == LineSection::kAdjustment ? Measure::kGpuTime : Measure::kMoney;
}

// 1e15 bytes times microseconds are a gigabyte-second. Whole months go first: all of it times
// the scale would not fit.
std::string Months(Int128 byte_us, int digits) {
  constexpr Int128 kMonth = Int128{1'000'000'000} * ledger::kStorageMonthUs;
  Int128 scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  const Int128 part = DivideHalfEven(byte_us % kMonth * scale, kMonth);
  return Decimal(byte_us / kMonth * scale + part, digits);
}

}  // namespace

LineUnit UnitOf(const InvoiceLine& line) {
  switch (MeasureOf(line)) {
    case Measure::kGpuTime: return {"GPU-second", "GPU-Seconds", "GPU-Seconds"};
    case Measure::kInvocations: return {"invocation", "Requests", "Requests"};
    case Measure::kStorage: return {"GB-month", "GB-Months", "GB-Seconds"};
    case Measure::kMoney: break;
  }
  return {};
}

std::string QuantityText(const InvoiceLine& line) {
  switch (MeasureOf(line)) {
    case Measure::kGpuTime: return Decimal(line.quantity, kGpuSecondDigits);
    case Measure::kInvocations: return ToString(line.quantity);
    case Measure::kStorage: return Months(line.quantity, kMonthDigits);
    case Measure::kMoney: break;
  }
  return "";
}

std::string ConsumedText(const InvoiceLine& line) {
  if (MeasureOf(line) == Measure::kStorage) return Decimal(line.quantity, kGbSecondDigits);
  return QuantityText(line);
}

std::string ReadableQuantity(const InvoiceLine& line) {
  switch (MeasureOf(line)) {
    case Measure::kGpuTime:
      return Decimal(DivideHalfEven(line.quantity, kMillionthGpuHour), kReadableDigits) +
             " GPU-hours";
    case Measure::kInvocations: return ToString(line.quantity) + " invocations";
    case Measure::kStorage: return Months(line.quantity, kReadableDigits) + " GB-months";
    case Measure::kMoney: break;
  }
  return "";
}

std::string PriceText(const InvoiceLine& line) {
  return line.price_nanos ? DollarText(*line.price_nanos) : "";
}

std::string DollarText(std::int64_t nanos) { return Decimal(nanos, 9); }

std::string CentText(std::int64_t cents) {
  const Int128 magnitude = cents < 0 ? -static_cast<Int128>(cents) : cents;
  return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", ToString(magnitude / 100),
                     static_cast<int>(magnitude % 100));
}

std::string ExactDollarText(AttoUsd amount) { return Decimal(amount.value, 18); }

}  // namespace furnace::metering
