// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#pragma once
#include <stdbool.h>

/// The heap allocations that the calling thread has made so far.
unsigned long strata_allocation_count(void);

/// Whether this build counts: not under a sanitizer, which brings an allocator of its own, and only
/// with the C library of GNU.
bool strata_counts_allocations(void);
