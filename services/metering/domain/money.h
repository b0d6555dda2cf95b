// The suite's exact money, by the names that metering uses.
#pragma once

#include "libs/common/ledger/money.h"

namespace furnace::metering {

using ledger::Add;
using ledger::AttoUsd;
using ledger::DivideHalfEven;
using ledger::FromNanos;
using ledger::GpuCharge;
using ledger::Int128;
using ledger::kMilliGpus;
using ledger::ParseInt128;
using ledger::StorageCharge;
using ledger::ToInt64;
using ledger::ToNanos;
using ledger::ToString;

}  // namespace furnace::metering
