// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#ifndef STRATA_CCHECKSUM_H
#define STRATA_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// Continues the CRC32C (Castagnoli) `crc` over `length` bytes. Start with 0.
///
/// Uses the processor's instructions where it has them, tables elsewhere.
uint32_t strata_crc32c(uint32_t crc, const void *bytes, size_t length);

/// The same by tables alone: what `strata_crc32c` is tested against.
uint32_t strata_crc32c_by_table(uint32_t crc, const void *bytes, size_t length);

#endif
