#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/common/base/mutex.h"
#include "services/scheduler/app/endpoint_catalog.h"
#include "services/scheduler/app/project_quotas.h"
#include "services/scheduler/domain/admission.h"

namespace furnace::scheduler {

/// What waits in the queue, for Admission. Blocks.
class QueueLoads {
 public:
  virtual ~QueueLoads() = default;

  /// What waits of each endpoint, by its id. Errors are those of JobQueue.
  virtual absl::StatusOr<std::map<std::string, QueueLoad>> Of(
      const std::vector<std::string>& endpoint_ids) = 0;
};

/// Keeps what waits within the limits of the suite and of each project, which a project's quota
/// replaces. Thread-safe.
///
/// A project's endpoints lie in several shards, so no script can check a limit over them.
/// Instead each replica knows what waited when it last looked, every kEvery, and adds
/// what it has admitted since. Replicas do not hear of each other in between: with n of
/// them a limit is passed by what the other n - 1 admit in that time, at most.
class Admission {
 public:
  static constexpr absl::Duration kEvery = absl::Milliseconds(500);

  Admission(QueueLoads& loads, EndpointCatalog& catalog, AdmissionLimits limits,
            const ProjectQuotas* quotas = nullptr)
      : loads_(loads), catalog_(catalog), limits_(limits), quotas_(quotas) {}

  /// Lets in a submit of a project, or says RESOURCE_EXHAUSTED. One that is then not
  /// queued counts until the next Refresh. Does not block.
  absl::Status Admit(const std::string& project_id, const QueueLoad& asked)
      ABSL_LOCKS_EXCLUDED(mutex_);

  /// Looks at what waits; blocks. For one thread. After an error the old view stands.
  absl::Status Refresh() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  /// By project, and in all.
  struct View {
    QueueLoad suite;
    std::map<std::string, QueueLoad> projects;

    void Add(const std::string& project_id, const QueueLoad& load);
    QueueLoad Of(const std::string& project_id) const;
  };

  absl::StatusOr<View> Look();

  QueueLoads& loads_;
  EndpointCatalog& catalog_;
  const AdmissionLimits limits_;
  const ProjectQuotas* const quotas_;  // May be nullptr.
  Mutex mutex_;
  View seen_ ABSL_GUARDED_BY(mutex_);      // With what was admitted before the last look.
  View admitted_ ABSL_GUARDED_BY(mutex_);  // Since the last look began.
};

}  // namespace furnace::scheduler
