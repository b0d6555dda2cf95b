#include "services/metering/app/sink_pump.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "libs/common/base/status.h"

namespace furnace::metering {
namespace {

// Some five events each: a page is a few batches.
constexpr int kPageRecords = 400;
// Longer than a page takes unless the sink is slow; then two processes may send the same,
// which the keys make harmless, and one of them cannot commit.
constexpr absl::Duration kLease = absl::Seconds(15);
// While the outbox is never empty, the other sources get a page after so many of its.
constexpr int kOutboxPages = 8;
constexpr std::size_t kMaxError = 500;
constexpr int kMaxPoisonLogged = 10;

std::string Short(const std::string& error) { return error.substr(0, kMaxError); }

PoisonedEvent PoisonOf(const SinkEvent& event, const RecordKey& record, const std::string& error) {
  return {.key = event.key,
          .seq = event.seq,
          .record = record,
          .project_id = event.project_id,
          .event_type = std::string(NameOf(event.kind)),
          .error = Short(error)};
}

void LogPoison(const SinkProgress& progress) {
  int logged = 0;
  for (const PoisonedEvent& event : progress.poisoned) {
    if (++logged > kMaxPoisonLogged) break;
    spdlog::warn("sink {}: event {} is set aside: {}", progress.sink, event.key, event.error);
  }
}

}  // namespace

void SinkPump::Run() {
  bool more = true;
  while (more && !stopping_) {
    more = false;
    for (int pages = 0; pages < kOutboxPages && !stopping_; ++pages) {
      more = StepLogged(SinkSource::kOutbox);
      if (!more) break;
    }
    for (const SinkSource source : {SinkSource::kHeld, SinkSource::kRedrive}) {
      if (!stopping_ && StepLogged(source)) more = true;
    }
  }
}

bool SinkPump::StepLogged(SinkSource source) {
  const absl::StatusOr<bool> more = Step(source);
  if (more.ok()) return *more;
  spdlog::warn("sink {}: {}", spec_.name, more.status().ToString());
  return false;
}

absl::StatusOr<bool> SinkPump::Step(SinkSource source) {
  FURNACE_ASSIGN_OR_RETURN(const std::optional<SinkState> state,
                           store_.Claim(spec_.name, owner_, kLease));
  if (!state || (state->retry_at && clock_.Now() < *state->retry_at)) return false;
  FURNACE_ASSIGN_OR_RETURN(
      const std::vector<SinkWork> work,
      store_.Next(spec_.name, source, state->cursor, kPageRecords, spec_.same_project_ids));
  if (work.empty()) return false;

  Page page = Sort(source, *state, work);
  const Delivery delivery = Deliver(page, state->failures, source == SinkSource::kRedrive);
  if (stopping_ && !delivery.done()) return false;
  if (!delivery.done()) {
    spdlog::warn("sink {}: {}", spec_.name, Short(delivery.error()));
    const absl::Time retry_at = clock_.Now() + RetryDelay(state->failures + 1, random_());
    FURNACE_RETURN_IF_ERROR(store_.Fail(spec_.name, owner_, Short(delivery.error()), retry_at));
    return false;
  }
  FURNACE_RETURN_IF_ERROR(Settle(source, std::move(page), delivery));
  return work.size() == kPageRecords;
}

// Which records are held, which events are poison before they are sent, and which go.
SinkPump::Page SinkPump::Sort(SinkSource source, const SinkState& state,
                              const std::vector<SinkWork>& work) const {
  Page page{.progress = {.sink = spec_.name,
                         .owner = owner_,
                         .cursor_before = state.cursor,
                         .cursor = state.cursor}};
  for (const SinkWork& item : work) {
    const OutboxRecord& record = item.record;
    if (source == SinkSource::kOutbox) page.progress.cursor = record.seq;
    if (!item.account_id && !spec_.same_project_ids) {
      page.progress.held.push_back({record.seq, record.record.key, record.record.project_id});
      continue;
    }
    if (source == SinkSource::kHeld) page.progress.released.push_back(record.seq);
    AddEvents(item, item.account_id.value_or(record.record.project_id), page);
  }
  return page;
}

void SinkPump::AddEvents(const SinkWork& work, const std::string& account_id, Page& page) const {
  const RecordKey& key = work.record.record.key;
  for (SinkEvent& event : EventsOf(work.record, account_id, spec_.facts)) {
    if (!IsWanted(work, event)) continue;
    if (const absl::Status status = Validate(event, spec_.check); !status.ok()) {
      page.progress.poisoned.push_back(PoisonOf(event, key, std::string(ToStd(status.message()))));
      continue;
    }
    page.records.push_back(key);
    page.events.push_back(std::move(event));
  }
}

bool SinkPump::IsWanted(const SinkWork& work, const SinkEvent& event) const {
  const auto has = [](const auto& items, const auto& item) {
    return items.empty() || std::find(items.begin(), items.end(), item) != items.end();
  };
  return has(spec_.kinds, event.kind) && has(work.only_keys, event.key);
}

Delivery SinkPump::Deliver(const Page& page, int failures, bool suspects) {
  Delivery delivery(page.events.size(), client_.max_batch(), failures, suspects);
  while (!stopping_) {
    const std::optional<Delivery::Slice> slice = delivery.Next();
    if (!slice) break;
    const std::size_t size = slice->end - slice->begin;
    const SinkReply reply = client_.Send(std::span(page.events).subspan(slice->begin, size));
    monitor_.Sent(spec_.name, reply.answer, size);
    delivery.Answered(reply.answer, reply.error);
  }
  return delivery;
}

absl::Status SinkPump::Settle(SinkSource source, Page page, const Delivery& delivery) {
  SinkProgress& progress = page.progress;
  std::vector<bool> is_poison(page.events.size());
  for (const auto& [index, error] : delivery.poison()) {
    is_poison[index] = true;
    progress.poisoned.push_back(PoisonOf(page.events[index], page.records[index], error));
  }
  LogPoison(progress);
  progress.delivered_events =
      static_cast<std::int64_t>(page.events.size() - delivery.poison().size());
  for (std::size_t i = 0; source == SinkSource::kRedrive && i < page.events.size(); ++i) {
    if (!is_poison[i]) progress.cured.push_back(page.events[i].key);
  }
  return store_.Commit(progress);
}

}  // namespace furnace::metering
