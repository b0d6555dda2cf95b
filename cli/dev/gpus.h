#pragma once

#include <string>
#include <string_view>

namespace furnace::dev {

/// What a machine without cards offers: two that workers run on the CPU in the name of.
inline constexpr std::string_view kSimulatedGpus = "rtx4000=2:20480:simulated";

/// The canonical type of a card: "NVIDIA RTX 4000 SFF Ada Generation" is "rtx4000",
/// "NVIDIA A100-SXM4-80GB" is "a100". Empty when nothing is left of the name.
std::string GpuTypeOf(std::string_view product_name);

/// The output of `nvidia-smi --query-gpu=name,memory.total
/// --format=csv,noheader,nounits` as FURNACE_PROCESS_GPUS: "rtx4090=2:24564". Cards
/// of one type count together, with the smallest memory among them. Lines that are
/// not understood are left out; empty when none is left.
std::string ParseNvidiaSmi(std::string_view output);

/// FURNACE_PROCESS_GPUS for this machine: its cards, or kSimulatedGpus.
std::string DetectGpus();

}  // namespace furnace::dev
