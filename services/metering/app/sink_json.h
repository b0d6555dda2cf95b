// The parts of events that every sink writes the same way in JSON.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "services/metering/domain/sink_event.h"

namespace furnace::metering {

/// {"name":number,...}: the numbers as they stand, digit by digit.
std::string NumbersJson(const SinkFields& metrics);

/// {"name":"text",...}.
std::string TextsJson(const SinkFields& metadata);

/// Both in one object, for sinks that know no metadata.
std::string FieldsJson(const SinkEvent& event);

/// An object of these members, whose values are JSON already.
std::string ObjectJson(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members);

}  // namespace furnace::metering
