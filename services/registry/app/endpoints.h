#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/common/base/clock.h"
#include "services/registry/app/ports.h"
#include "services/registry/domain/endpoint_draft.h"

namespace furnace::registry {

/// One page of a list.
struct EndpointPage {
  std::vector<Endpoint> endpoints;
  std::string next_page_token;  // Empty on the last page.
};

/// What changed after a cursor.
struct EndpointChanges {
  std::vector<Endpoint> endpoints;  // Oldest change first, each in its latest state.
  std::int64_t next_cursor = 0;     // Where to go on; the one asked for when nothing is new.
};

/// Endpoints of projects. Thread-safe. Errors are those of the proto's
/// EndpointService and CatalogService, and the store's.
class Endpoints {
 public:
  Endpoints(EndpointStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  absl::StatusOr<Endpoint> Create(const std::string& project_id, const EndpointDraft& draft);
  absl::StatusOr<Endpoint> Get(const std::string& project_id, const std::string& id);
  /// The id of the project's endpoint of this name.
  absl::StatusOr<std::string> FindId(const std::string& project_id, const std::string& name);
  /// A `page_size` of 0 asks for kDefaultPageSize. A page is cut short before it
  /// grows over kMaxPageBytes.
  absl::StatusOr<EndpointPage> List(const std::string& project_id, int page_size,
                                    const std::string& page_token);
  /// A draft that means what the endpoint has already makes no new revision.
  absl::StatusOr<Endpoint> Update(const std::string& project_id, const std::string& id,
                                  const EndpointDraft& draft);
  absl::StatusOr<Endpoint> Delete(const std::string& project_id, const std::string& id);
  /// Pausing what is paused and resuming what is active changes nothing.
  absl::StatusOr<Endpoint> Pause(const std::string& project_id, const std::string& id);
  absl::StatusOr<Endpoint> Resume(const std::string& project_id, const std::string& id);

  /// Any project's endpoint, deleted ones included.
  absl::StatusOr<Endpoint> Find(const std::string& id);
  /// A `limit` of 0 asks for kMaxPageSize. Cut short as List is.
  absl::StatusOr<EndpointChanges> ListChanges(std::int64_t cursor, int limit);

 private:
  /// Stores what `move` makes of the endpoint now.
  absl::StatusOr<Endpoint> Change(const std::string& project_id, const std::string& id,
                                  Endpoint (*move)(Endpoint, absl::Time));

  EndpointStore& store_;
  const Clock& clock_;
};

}  // namespace furnace::registry
