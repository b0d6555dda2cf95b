#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace furnace {

/// A new UUIDv7 (RFC 9562) in canonical text: 36 characters, lower case.
///
/// Ids of one process rise, also within a millisecond, so they sort by age.
/// `last_byte`, where given, replaces the last random byte. Thread-safe.
std::string NewUuid(absl::Time now, std::optional<std::uint8_t> last_byte = std::nullopt);

/// The UUIDv7 of this time, these random bits and this last byte: the same for the same
/// arguments. Unlike NewUuid's it does not rise, and nothing keeps it from being made
/// twice.
std::string MakeUuid(absl::Time time, std::uint64_t bits, std::uint8_t last_byte);

/// The UUIDv5 (RFC 9562) of `name` in `space`, which must be a UUID: the same for the same
/// arguments, everywhere and for ever.
std::string UuidOfName(std::string_view space, std::string_view name);

/// Whether `text` is a UUID of any version in canonical text.
bool IsUuid(std::string_view text);

/// The last byte of a UUID; `uuid` must be one.
std::uint8_t UuidLastByte(std::string_view uuid);

}  // namespace furnace
