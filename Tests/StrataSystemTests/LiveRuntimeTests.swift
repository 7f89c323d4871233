// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem
import Testing

@Suite("Live runtime") struct LiveRuntimeTests {
  @Test func `it has every door but the network unless asked otherwise`() {
    let runtime = CacheRuntime.live()
    #expect(runtime.disk != nil)
    #expect(runtime.network == nil)
    #expect(CacheRuntime.live(disk: false).disk == nil)
    #expect(runtime.hashSeed != CacheRuntime.live().hashSeed)
  }
}
