// One function per noun: each adds its commands to the parser and, when one of them
// is chosen, leaves in `session.action` what to do.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/session.h"

namespace furnace::cli {

void AddEndpointCommands(CLI::App& app, Session& session);
void AddRunCommand(CLI::App& app, Session& session);
void AddJobCommands(CLI::App& app, Session& session);
void AddBatchCommands(CLI::App& app, Session& session);
void AddDeadLetterCommands(CLI::App& app, Session& session);
void AddQueueCommands(CLI::App& app, Session& session);
void AddGraphCommands(CLI::App& app, Session& session);
void AddScheduleCommands(CLI::App& app, Session& session);
void AddWebhookCommands(CLI::App& app, Session& session);
void AddWorkerCommands(CLI::App& app, Session& session);
void AddGpuCommands(CLI::App& app, Session& session);
void AddBudgetCommands(CLI::App& app, Session& session);
void AddSinkCommands(CLI::App& app, Session& session);
void AddCreditCommands(CLI::App& app, Session& session);
void AddSubsidyCommands(CLI::App& app, Session& session);
void AddUsageCommand(CLI::App& app, Session& session);
void AddReportCommands(CLI::App& app, Session& session);
void AddLedgerCommands(CLI::App& app, Session& session);
void AddCorrectionCommands(CLI::App& ledger, Session& session);
void AddPriceCommands(CLI::App& app, Session& session);
void AddPriceTermCommands(CLI::App& price, Session& session);
void AddInvoiceCommands(CLI::App& app, Session& session);
void AddReceiptCommands(CLI::App& app, Session& session);
void AddAuditCommands(CLI::App& app, Session& session);
void AddProjectCommands(CLI::App& app, Session& session);
void AddKeyCommands(CLI::App& app, Session& session);
void AddDevCommand(CLI::App& app, Session& session);

/// Adds a command whose options are the fields of an Options, bound by `bind`, and
/// which runs `act(session, options)`.
template <typename Options, typename Bind, typename Act>
CLI::App* AddCommand(CLI::App& parent, Session& session, const char* name, const char* help,
                     Bind bind, Act act) {
  CLI::App* command = parent.add_subcommand(name, help);
  auto options = std::make_shared<Options>();
  bind(*command, *options);
  command->callback([&session, options, act] {
    session.action = [&session, options, act] { return act(session, *options); };
  });
  return command;
}

/// For commands without options of their own.
struct NoOptions {};
inline void BindNothing(CLI::App&, NoOptions&) {}

/// A command that only groups others: `furnace job list`.
inline CLI::App& AddNoun(CLI::App& app, const char* name, const char* help) {
  CLI::App* noun = app.add_subcommand(name, help);
  noun->require_subcommand(1);
  return *noun;
}

}  // namespace furnace::cli
