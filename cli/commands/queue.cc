#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "libs/common/base/status.h"
#include "libs/common/json/json.h"

namespace furnace::cli {
namespace {

struct Counts {
  std::int64_t examined = 0;
  std::int64_t live = 0;
  std::int64_t restored = 0;
  std::int64_t left_out = 0;

  void Add(const Answer& page) {
    examined += page.Int("examined");
    live += page.Int("live");
    restored += page.Int("restored");
    left_out += page.Int("left_out");
  }
};

absl::StatusOr<int> Rebuild(const Session& session, const NoOptions&) {
  FURNACE_ASSIGN_OR_RETURN(RestClient client, session.Connect());
  Counts counts;
  std::string page_token;
  do {
    FURNACE_ASSIGN_OR_RETURN(const Answer page, client.Post(Target("/v1/queue/rebuild"),
                                                            fmt::format(R"({{"page_token":{}}})",
                                                                        json::Quote(page_token))));
    counts.Add(page);
    page_token = page.Text("next_page_token");
  } while (!page_token.empty());
  return session.Show(
      fmt::format(R"({{"examined":{},"live":{},"restored":{},"left_out":{}}})", counts.examined,
                  counts.live, counts.restored, counts.left_out),
      fmt::format("{} jobs are unfinished in history: {} live, {} restored, {} left "
                  "out\n",
                  counts.examined, counts.live, counts.restored, counts.left_out));
}

}  // namespace

void AddQueueCommands(CLI::App& app, Session& session) {
  CLI::App& noun = AddNoun(app, "queue", "The queue as a whole (for operators)");
  AddCommand<NoOptions>(noun, session, "rebuild",
                        "Put back from PostgreSQL what Redis has lost; safe at any time",
                        BindNothing, Rebuild);
}

}  // namespace furnace::cli
