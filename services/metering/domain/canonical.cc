#include "services/metering/domain/canonical.h"

#include <fmt/format.h>

#include <iterator>

#include "services/metering/domain/names.h"

namespace furnace::metering {
namespace {

constexpr std::size_t kUsualLength = 700;

// Every line is a name, a space, a value and a line feed.
template <typename Value>
void AddLine(std::string& text, std::string_view name, const Value& value) {
  text.append(name).push_back(' ');
  fmt::format_to(std::back_inserter(text), "{}", value);
  text.push_back('\n');
}

void AddLine(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).push_back(' ');
  text.append(value).push_back('\n');
}

std::string PriceText(std::optional<std::int64_t> price_nanos) {
  return price_nanos ? fmt::format("{}", *price_nanos) : "-";
}

std::string_view OrDash(std::string_view text) { return text.empty() ? "-" : text; }

std::string QuantityText(const Entry& entry) {
  switch (entry.kind) {
    case EntryKind::kInvocation: return entry.reversed ? "-1" : "1";
    case EntryKind::kStorage: return ToString(entry.byte_us);
    default: return fmt::format("{}", entry.gpu_milli_us);
  }
}

void AddEntry(std::string& text, const Entry& entry) {
  fmt::format_to(std::back_inserter(text), "line {} {} {} {} {} {}\n", NameOf(entry.kind),
                 entry.span.start_us, entry.span.end_us, QuantityText(entry),
                 PriceText(entry.price_nanos), ToString(entry.amount.value));
}

}  // namespace

std::string CanonicalText(const Bill& bill) {
  const UsageRecord& record = bill.record;
  std::string text;
  text.reserve(kUsualLength);
  // What it lacks is as in version 1, so that texts from before there were such fields stay.
  const bool attributed = !record.api_key_id.empty() || record.tokens != 0;
  AddLine(text, "furnace-usage", attributed ? 2 : 1);
  AddLine(text, "project", record.project_id);
  AddLine(text, "job", record.key.job_id);
  AddLine(text, "epoch", record.key.epoch);
  AddLine(text, "kind", NameOf(record.kind));
  AddLine(text, "endpoint", record.endpoint_id);
  AddLine(text, "worker", record.worker_id);
  AddLine(text, "gpu", record.gpu_type);
  AddLine(text, "milli_gpus", record.milli_gpus);
  AddLine(text, "vram_mib", record.vram_mib);
  AddLine(text, "bytes", record.bytes);
  AddLine(text, "start", record.start_us);
  AddLine(text, "end", record.end_us);
  AddLine(text, "cause", NameOf(record.cause));
  AddLine(text, "cold_start", record.cold_start_us);
  AddLine(text, "warm", record.warm ? 1 : 0);
  AddLine(text, "covered", record.covered ? 1 : 0);
  AddLine(text, "region", record.region);
  AddLine(text, "tier", record.tier);
  if (!record.api_key_id.empty()) AddLine(text, "api_key", record.api_key_id);
  if (record.tokens != 0) AddLine(text, "tokens", record.tokens);
  for (const Tag& tag : record.tags) AddLine(text, "tag", tag.first + "=" + tag.second);
  for (const Entry& entry : bill.entries) {
    if (entry.account == Account::kCustomer) AddEntry(text, entry);
  }
  return text;
}

std::string CanonicalText(const Correction& correction) {
  std::string text;
  text.reserve(kUsualLength);
  AddLine(text, "furnace-correction", 1);
  AddLine(text, "project", correction.project_id);
  AddLine(text, "id", correction.id);
  AddLine(text, "job", OrDash(correction.key.job_id));
  AddLine(text, "epoch", correction.key.epoch);
  AddLine(text, "endpoint", OrDash(correction.endpoint_id));
  AddLine(text, "gpu", correction.gpu_type);
  AddLine(text, "note", correction.note);
  AddLine(text, "reference", correction.reference);
  AddLine(text, "amount", ToString(correction.amount.value));
  return text;
}

std::string CanonicalText(const UsageRecord& record, const std::vector<Entry>& entries) {
  std::string text;
  text.reserve(kUsualLength);
  AddLine(text, "furnace-rerating", 1);
  AddLine(text, "project", record.project_id);
  AddLine(text, "job", record.key.job_id);
  AddLine(text, "epoch", record.key.epoch);
  AddLine(text, "kind", NameOf(record.kind));
  AddLine(text, "endpoint", record.endpoint_id);
  AddLine(text, "gpu", record.gpu_type);
  AddLine(text, "milli_gpus", record.milli_gpus);
  AddLine(text, "bytes", record.bytes);
  AddLine(text, "start", record.start_us);
  AddLine(text, "end", record.end_us);
  for (const Entry& entry : entries) {
    if (entry.account == Account::kCustomer) AddEntry(text, entry);
  }
  return text;
}

std::string CanonicalText(const Transaction& transaction) {
  std::string text;
  text.reserve(kUsualLength);
  AddLine(text, "furnace-ledger", 1);
  AddLine(text, "project", transaction.project_id);
  AddLine(text, "number", transaction.number);
  AddLine(text, "time", transaction.time_us);
  AddLine(text, "reason", transaction.reason);
  AddLine(text, "reference", transaction.reference);
  AddLine(text, "records", transaction.records);
  AddLine(text, "root", ledger::ToHex(transaction.root));
  for (const LedgerEntry& entry : transaction.entries) {
    fmt::format_to(std::back_inserter(text), "entry {} {} {} {} {} {} {}\n", NameOf(entry.account),
                   NameOf(entry.kind), OrDash(entry.endpoint_id), PriceText(entry.price_nanos),
                   ToString(entry.quantity), ToString(entry.amount.value), OrDash(entry.gpu_type));
  }
  return text;
}

}  // namespace furnace::metering
