#include "services/registry/app/endpoints.h"

#include <utility>

#include "libs/common/base/status.h"
#include "libs/common/base/uuid.h"
#include "services/registry/app/now.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/page.h"
#include "services/registry/domain/text.h"

namespace furnace::registry {
namespace {

// How many of `items` go into one answer: no more than `limit`, and no more than
// fit into kMaxPageBytes, but one at least.
template <typename Items, typename GetEndpoint>
std::size_t CountFitting(const Items& items, int limit, GetEndpoint endpoint_of) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < items.size() && count < static_cast<std::size_t>(limit)) {
    bytes += ApproximateBytes(endpoint_of(items[count]));
    if (count > 0 && bytes > kMaxPageBytes) break;
    ++count;
  }
  return count;
}

}  // namespace

absl::StatusOr<Endpoint> Endpoints::Create(const std::string& project_id,
                                           const EndpointDraft& draft) {
  const absl::Time now = NowInMicros(clock_);
  Endpoint endpoint;
  FURNACE_ASSIGN_OR_RETURN(endpoint.spec, Normalise(draft));
  endpoint.id = NewUuid(now);
  endpoint.project_id = project_id;
  endpoint.created_at = now;
  endpoint.updated_at = now;
  FURNACE_RETURN_IF_ERROR(store_.Create(endpoint, kMaxEndpoints));
  return endpoint;
}

absl::StatusOr<Endpoint> Endpoints::Get(const std::string& project_id, const std::string& id) {
  if (!IsUuid(id)) return NotFound("endpoint", id);
  return store_.Get(project_id, id);
}

absl::StatusOr<std::string> Endpoints::FindId(const std::string& project_id,
                                              const std::string& name) {
  if (!IsUuid(project_id) || !ValidateName("name", name).ok()) return NotFound("endpoint", name);
  return store_.FindId(project_id, name);
}

absl::StatusOr<EndpointPage> Endpoints::List(const std::string& project_id, int page_size,
                                             const std::string& page_token) {
  FURNACE_ASSIGN_OR_RETURN(const int size, PageSize("page_size", page_size, kDefaultPageSize));
  FURNACE_ASSIGN_OR_RETURN(const std::string after, ParsePageToken(page_token));
  EndpointPage page;
  // One more than asked for tells whether there is a next page.
  FURNACE_ASSIGN_OR_RETURN(page.endpoints, store_.List(project_id, after, size + 1));
  const std::size_t count =
      CountFitting(page.endpoints, size, [](const Endpoint& e) -> const Endpoint& { return e; });
  if (count < page.endpoints.size()) {
    page.endpoints.resize(count);
    page.next_page_token = MakePageToken(page.endpoints.back().spec.name);
  }
  return page;
}

absl::StatusOr<Endpoint> Endpoints::Update(const std::string& project_id, const std::string& id,
                                           const EndpointDraft& draft) {
  if (!IsUuid(id)) return NotFound("endpoint", id);
  FURNACE_ASSIGN_OR_RETURN(const EndpointSpec spec, Normalise(draft));
  const absl::Time now = NowInMicros(clock_);
  return store_.Update(project_id, id, [&](const Endpoint& current) -> absl::StatusOr<Endpoint> {
    FURNACE_RETURN_IF_ERROR(ValidateUpdate(current.spec, spec));
    return Revise(current, spec, now);
  });
}

absl::StatusOr<Endpoint> Endpoints::Delete(const std::string& project_id, const std::string& id) {
  return Change(project_id, id, &Retire);
}

absl::StatusOr<Endpoint> Endpoints::Pause(const std::string& project_id, const std::string& id) {
  return Change(project_id, id, &registry::Pause);
}

absl::StatusOr<Endpoint> Endpoints::Resume(const std::string& project_id, const std::string& id) {
  return Change(project_id, id, &registry::Resume);
}

absl::StatusOr<Endpoint> Endpoints::Change(const std::string& project_id, const std::string& id,
                                           Endpoint (*move)(Endpoint, absl::Time)) {
  if (!IsUuid(id)) return NotFound("endpoint", id);
  const absl::Time now = NowInMicros(clock_);
  return store_.Update(project_id, id, [&](const Endpoint& current) { return move(current, now); });
}

absl::StatusOr<Endpoint> Endpoints::Find(const std::string& id) {
  if (!IsUuid(id)) return NotFound("endpoint", id);
  return store_.Find(id);
}

absl::StatusOr<EndpointChanges> Endpoints::ListChanges(std::int64_t cursor, int limit) {
  if (cursor < 0) {
    return Error(absl::StatusCode::kInvalidArgument, "cursor: {} is negative", cursor);
  }
  FURNACE_ASSIGN_OR_RETURN(const int size, PageSize("limit", limit, kMaxPageSize));
  FURNACE_ASSIGN_OR_RETURN(std::vector<EndpointChange> changed, store_.ListChanges(cursor, size));
  changed.resize(CountFitting(
      changed, size, [](const EndpointChange& c) -> const Endpoint& { return c.endpoint; }));
  EndpointChanges changes{.endpoints = {}, .next_cursor = cursor};
  for (EndpointChange& change : changed) {
    changes.endpoints.push_back(std::move(change.endpoint));
    changes.next_cursor = change.cursor;
  }
  return changes;
}

}  // namespace furnace::registry
