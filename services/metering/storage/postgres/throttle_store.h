#pragma once

#include <string>
#include <vector>

#include "libs/common/postgres/pool.h"
#include "services/metering/app/throttle_watch.h"

namespace furnace::metering {

/// The table metering.throttled_projects.
class PostgresThrottleStore final : public ThrottleStore {
 public:
  explicit PostgresThrottleStore(postgres::Pool& pool) : pool_(pool) {}

  absl::StatusOr<std::vector<SinkProject>> Projects(bool same_project_ids,
                                                    absl::Time since) override;
  absl::Status Set(const Throttle& throttle) override;
  absl::Status Clear(const std::string& project_id) override;
  absl::StatusOr<std::vector<Throttle>> List() override;

 private:
  postgres::Pool& pool_;
};

}  // namespace furnace::metering
