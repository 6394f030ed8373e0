// What this processor computes natively.
#pragma once

namespace pharos::inference {

/// True when the processor multiplies bf16 natively.
bool cpu_has_bf16();

/// True when it has instructions for products of int8 (VNNI); without them int8 is slower than f32.
bool cpu_has_int8_products();

}  // namespace pharos::inference
