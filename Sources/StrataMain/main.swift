// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// The executable `strata`. All of it is in `StrataCommand`, a library, so that tests can call it.

import StrataCommand

await StrataCommand.main()
