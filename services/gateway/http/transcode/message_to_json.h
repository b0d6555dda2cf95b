#pragma once

#include "libs/common/proto_json/write_json.h"

namespace furnace::gateway::http {

using proto_json::WriteJson;
using proto_json::WriteJsonLine;

}  // namespace furnace::gateway::http
