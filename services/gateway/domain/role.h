#pragma once

#include <string_view>

namespace furnace::gateway {

/// What a credential may do. Each role may do all that the ones before it may.
enum class Role { kNone, kViewer, kRunner, kDeveloper, kAdmin, kOperator };

/// Whether a caller with role `held` may do what asks for `needed`. Nothing asks
/// for kNone: a method that does is closed to everyone.
constexpr bool Allows(Role held, Role needed) { return needed != Role::kNone && held >= needed; }

/// "VIEWER" and so on; "NONE" for kNone.
std::string_view ToString(Role role);

}  // namespace furnace::gateway
