#include "tests/support/metering_memory_sinks.h"

#include <algorithm>

#include "libs/common/base/status.h"

namespace furnace::metering {

void MemorySinkStore::Append(std::span<const Bill> bills) {
  MutexLock lock(mutex_);
  for (const Bill& bill : bills) {
    outbox_.push_back({.seq = static_cast<std::int64_t>(outbox_.size()) + 1,
                       .record = bill.record,
                       .segments = bill.segments,
                       .invocation_nanos = bill.invocation_nanos});
  }
}

void MemorySinkStore::Pass(absl::Duration time) {
  MutexLock lock(mutex_);
  now_ += time;
}

absl::StatusOr<std::optional<SinkState>> MemorySinkStore::Claim(const std::string& sink,
                                                                const std::string& owner,
                                                                absl::Duration lease) {
  MutexLock lock(mutex_);
  Sink& one = sinks_[sink];
  one.state.name = sink;
  if (one.owner != owner && one.owned_until > now_) return std::nullopt;
  one.owner = owner;
  one.owned_until = now_ + lease;
  return one.state;
}

SinkWork MemorySinkStore::WorkOf(const Sink& sink, std::int64_t seq) const {
  SinkWork work{.record = outbox_[static_cast<std::size_t>(seq) - 1]};
  const auto projects = projects_.find(sink.state.name);
  if (projects == projects_.end()) return work;
  const auto account = projects->second.find(work.record.record.project_id);
  if (account != projects->second.end()) work.account_id = account->second;
  return work;
}

absl::StatusOr<std::vector<SinkWork>> MemorySinkStore::Next(const std::string& sink,
                                                            SinkSource source, std::int64_t cursor,
                                                            int limit, bool unmapped_too) {
  MutexLock lock(mutex_);
  const Sink& one = sinks_[sink];
  std::map<std::int64_t, SinkWork> work;
  const auto full = [&] { return work.size() == static_cast<std::size_t>(limit); };
  if (source == SinkSource::kOutbox) {
    const auto last = static_cast<std::int64_t>(outbox_.size());
    for (std::int64_t seq = cursor + 1; seq <= last && !full(); ++seq) {
      work[seq] = WorkOf(one, seq);
    }
  } else if (source == SinkSource::kHeld) {
    for (const auto& [seq, held] : one.held) {
      SinkWork item = WorkOf(one, seq);
      if (!full() && (unmapped_too || item.account_id)) work[seq] = std::move(item);
    }
  } else {
    for (const auto& [key, event] : one.poisoned) {
      if (!event.redrive) continue;
      if (!work.contains(event.seq)) work[event.seq] = WorkOf(one, event.seq);
      work[event.seq].only_keys.push_back(key);
    }
  }
  std::vector<SinkWork> page;
  for (auto& [seq, item] : work) page.push_back(std::move(item));
  return page;
}

absl::Status MemorySinkStore::Commit(const SinkProgress& progress) {
  MutexLock lock(mutex_);
  Sink& one = sinks_[progress.sink];
  if (one.owner != progress.owner || one.state.cursor != progress.cursor_before) {
    return absl::AbortedError("another process has gone on");
  }
  one.state.cursor = progress.cursor;
  one.state.failures = 0;
  one.state.retry_at = std::nullopt;
  one.state.last_error.clear();
  one.state.delivered_events += progress.delivered_events;
  if (progress.delivered_events > 0) one.state.delivered_at = now_;
  for (const HeldRecord& held : progress.held) one.held[held.seq] = held;
  for (const std::int64_t seq : progress.released) one.held.erase(seq);
  for (const PoisonedEvent& event : progress.poisoned) {
    PoisonedEvent& known = one.poisoned[event.key];
    const int attempts = known.attempts + 1;
    const absl::Time first_at = attempts == 1 ? now_ : known.first_at;
    known = event;
    known.attempts = attempts;
    known.first_at = first_at;
    known.last_at = now_;
    known.redrive = false;
  }
  for (const std::string& key : progress.cured) one.poisoned.erase(key);
  return absl::OkStatus();
}

absl::Status MemorySinkStore::Fail(const std::string& sink, const std::string& owner,
                                   const std::string& error, absl::Time retry_at) {
  MutexLock lock(mutex_);
  Sink& one = sinks_[sink];
  if (one.owner != owner) return absl::OkStatus();
  one.state.failures += 1;
  one.state.last_error = error;
  one.state.retry_at = retry_at;
  return absl::OkStatus();
}

SinkReport MemorySinkStore::ReportOf(const Sink& sink) const {
  SinkReport report{.state = sink.state};
  const auto last = static_cast<std::int64_t>(outbox_.size());
  report.pending_records = last - sink.state.cursor;
  report.held_records = static_cast<std::int64_t>(sink.held.size());
  report.poisoned_events = static_cast<std::int64_t>(sink.poisoned.size());
  std::set<std::int64_t> hours;
  const auto look_at = [&](std::int64_t seq) {
    for (const Segment& segment : outbox_[static_cast<std::size_t>(seq) - 1].segments) {
      hours.insert(HourOf(segment.span.start_us));
    }
  };
  for (std::int64_t seq = sink.state.cursor + 1; seq <= last; ++seq) look_at(seq);
  for (const auto& [seq, held] : sink.held) look_at(seq);
  if (!hours.empty()) report.oldest_hour_end = absl::FromUnixMicros(*hours.begin() + kHourUs);
  return report;
}

absl::StatusOr<std::vector<SinkReport>> MemorySinkStore::Report() {
  MutexLock lock(mutex_);
  std::vector<SinkReport> reports;
  for (const auto& [name, sink] : sinks_) reports.push_back(ReportOf(sink));
  return reports;
}

absl::StatusOr<std::vector<std::string>> MemorySinkStore::Names() {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, sink] : sinks_) names.push_back(name);
  return names;
}

absl::StatusOr<std::vector<PoisonedEvent>> MemorySinkStore::ListPoisoned(
    const std::string& sink, const std::string& after_key, int limit) {
  MutexLock lock(mutex_);
  std::vector<PoisonedEvent> events;
  for (const auto& [key, event] : sinks_[sink].poisoned) {
    if (key > after_key && events.size() < static_cast<std::size_t>(limit)) {
      events.push_back(event);
    }
  }
  return events;
}

absl::StatusOr<std::int64_t> MemorySinkStore::Redrive(const std::string& sink,
                                                      const std::vector<std::string>& keys) {
  MutexLock lock(mutex_);
  std::int64_t marked = 0;
  for (auto& [key, event] : sinks_[sink].poisoned) {
    if (!keys.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
    event.redrive = true;
    ++marked;
  }
  return marked;
}

absl::Status MemorySinkStore::SetProject(const SinkProject& project) {
  MutexLock lock(mutex_);
  projects_[project.sink][project.project_id] = project.account_id;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SinkProject>> MemorySinkStore::ListProjects(const std::string& sink,
                                                                       const std::string& after_id,
                                                                       int limit) {
  MutexLock lock(mutex_);
  std::vector<SinkProject> projects;
  for (const auto& [project_id, account_id] : projects_[sink]) {
    if (project_id > after_id && projects.size() < static_cast<std::size_t>(limit)) {
      projects.push_back({sink, project_id, account_id});
    }
  }
  return projects;
}

SinkReply MemorySink::Send(std::span<const SinkEvent> events) {
  ++sends_;
  if (const auto hook = hook_) hook();
  if (all_ != SinkAnswer::kAccepted) return {all_, "the sink is ill"};
  for (const SinkEvent& event : events) {
    const auto poison = poison_.find(event.key);
    if (poison != poison_.end()) return {poison->second, "an event is bad"};
  }
  for (const SinkEvent& event : events) events_.emplace(event.key, event);
  return {SinkAnswer::kAccepted};
}

}  // namespace furnace::metering
