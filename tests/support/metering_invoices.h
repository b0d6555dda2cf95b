// Invoices for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "services/metering/domain/invoice.h"
#include "services/metering/domain/month.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

/// The month of kTenUs, and those after it.
inline Span March() { return MonthAt(kTenUs); }
inline Span April() { return MonthAt(March().end_us); }
inline Span May() { return MonthAt(April().end_us); }

/// 1.5 GPU-hours of rtx4000, an invocation, a credit of a second, and a discount with a name
/// that means harm: what the project owes is 0.3240001 USD, less 0.00006 and 0.1.
inline Invoice AnInvoice(const std::string& project_id, std::int64_t number = 1) {
  constexpr std::int64_t kGpuHour = 3'600'000'000'000;
  const std::string endpoint = "00000000-0000-4000-9000-000000000001";
  const Span used = {kTenUs, kTenUs + 2 * kHourUs};
  Invoice invoice{.id = InvoiceIdOf(project_id, number),
                  .project_id = project_id,
                  .number = number,
                  .period = March(),
                  .made_us = April().start_us + 2 * kDayUs,
                  .issuer = "Example & Sons",
                  .cut = {.transaction = 7, .end_us = March().end_us, .open_from = 6}};
  invoice.ledger_hash.fill(7);
  invoice.lines = {{.kind = "gpu_time",
                    .endpoint_id = endpoint,
                    .gpu_type = "rtx4000",
                    .price_nanos = 60'000,
                    .quantity = kGpuHour * 3 / 2,
                    .used = used,
                    .amount = GpuCharge(60'000, kGpuHour * 3 / 2)},
                   {.kind = "invocation",
                    .endpoint_id = endpoint,
                    .price_nanos = 100,
                    .quantity = 1,
                    .used = used,
                    .amount = FromNanos(100)},
                   {.section = LineSection::kLate,
                    .kind = "credit",
                    .endpoint_id = endpoint,
                    .gpu_type = "rtx4000",
                    .price_nanos = 60'000,
                    .quantity = 1'000'000'000,
                    .used = used,
                    .amount = -GpuCharge(60'000, 1'000'000'000)},
                   {.section = LineSection::kAdjustment,
                    .kind = "subsidy",
                    .reference = "policy-1",
                    .description = "=HYPERLINK(\"x\"), <script>alert(1)</script>",
                    .used = March(),
                    .amount = FromNanos(-100'000'000)}};
  EXPECT_TRUE(Settle(invoice).ok());
  return invoice;
}

}  // namespace furnace::metering
