#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"
#include "tests/support/metering_memory_store.h"
#include "tests/support/metering_records.h"

namespace furnace::metering {

MemoryPriceStore::MemoryPriceStore() {
  for (const Price& price : DefaultPrices()) Add(price);
}

absl::StatusOr<PriceList> MemoryPriceStore::Load() {
  MutexLock lock(mutex_);
  std::vector<Price> prices;
  for (const PriceLine& line : lines_) {
    if (!line.withdrawn_us) prices.push_back(line.price);
  }
  return PriceList(std::move(prices), version_);
}

absl::StatusOr<std::vector<PriceLine>> MemoryPriceStore::Announce(std::span<const Price> prices,
                                                                  std::int64_t now_us) {
  MutexLock lock(mutex_);
  ++version_;
  std::vector<PriceLine> announced;
  for (const Price& price : prices) {
    lines_.push_back({.id = static_cast<std::int64_t>(lines_.size()) + 1,
                      .price = price,
                      .announced_us = now_us});
    lines_.back().price.version = version_;
    announced.push_back(lines_.back());
  }
  return announced;
}

absl::StatusOr<PriceLine> MemoryPriceStore::Withdraw(std::int64_t id, std::int64_t now_us) {
  MutexLock lock(mutex_);
  if (id < 1 || id > static_cast<std::int64_t>(lines_.size())) {
    return Error(absl::StatusCode::kNotFound, "there is no price {}", id);
  }
  PriceLine& line = lines_[static_cast<std::size_t>(id - 1)];
  if (line.withdrawn_us) return line;
  if (line.price.effective_from_us <= now_us) {
    return Error(absl::StatusCode::kFailedPrecondition, "price {} is in force", id);
  }
  ++version_;
  line.withdrawn_us = now_us;
  return line;
}

absl::StatusOr<std::vector<PriceLine>> MemoryPriceStore::List(const PriceHistoryQuery& query) {
  MutexLock lock(mutex_);
  std::vector<PriceLine> page;
  for (const PriceLine& line : lines_) {
    if (page.size() == static_cast<std::size_t>(query.limit)) break;
    const bool asked = query.project_id.empty() || query.project_id == line.price.project_id;
    if (asked && line.id > query.after_id) page.push_back(line);
  }
  return page;
}

void MemoryPriceStore::Add(const Price& price) {
  MutexLock lock(mutex_);
  lines_.push_back({.id = static_cast<std::int64_t>(lines_.size()) + 1, .price = price});
  ++version_;
}

absl::StatusOr<Term> MemoryTermStore::Add(Term term) {
  MutexLock lock(mutex_);
  term.id = static_cast<std::int64_t>(terms_.size()) + 1;
  terms_.push_back(term);
  return term;
}

absl::StatusOr<std::vector<Term>> MemoryTermStore::Load(
    const std::optional<std::string>& project_id) {
  MutexLock lock(mutex_);
  std::vector<Term> terms;
  for (const Term& term : terms_) {
    if (!project_id || term.project_id.empty() || term.project_id == *project_id) {
      terms.push_back(term);
    }
  }
  return terms;
}

absl::StatusOr<Term> MemoryTermStore::End(std::int64_t id, std::int64_t until_us) {
  MutexLock lock(mutex_);
  if (id < 1 || id > static_cast<std::int64_t>(terms_.size())) {
    return Error(absl::StatusCode::kNotFound, "there is no term {}", id);
  }
  Term& term = terms_[static_cast<std::size_t>(id - 1)];
  until_us = std::max(term.from_us, until_us);
  term.until_us = std::min(term.until_us.value_or(until_us), until_us);
  return term;
}

}  // namespace furnace::metering
