#include "tests/contract/metering/usage_history_property.h"
#include "tests/support/metering_postgres.h"

namespace furnace::metering {
namespace {

class HistoryBackend : public PostgresBackend {
 public:
  static constexpr std::uint64_t kHistories = 20;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, UsageHistoryProperty, HistoryBackend);

}  // namespace
}  // namespace furnace::metering
