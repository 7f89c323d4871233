// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@testable import StrataCore

@Suite("Tag clock")
struct TagClockTests {
  private func time(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

  @Test func `what was created at or before a tag's moment is invalid, what came after is not`() {
    let clock = TagClock()
    clock.invalidate(["red"], at: time(100))
    #expect(clock.isInvalidated(createdAt: time(99), tags: ["red"]))
    #expect(clock.isInvalidated(createdAt: time(100), tags: ["blue", "red"]))
    #expect(!clock.isInvalidated(createdAt: time(101), tags: ["red"]))
    #expect(!clock.isInvalidated(createdAt: time(1), tags: ["blue"]))
    #expect(!clock.isInvalidated(createdAt: time(1), tags: []))
  }

  @Test func `moments that arrive late do not turn the clock back`() {
    let clock = TagClock()
    clock.invalidate(["red"], at: time(100))
    clock.invalidate(["red"], at: time(50))
    #expect(clock.isInvalidated(createdAt: time(80), tags: ["red"]))
    clock.clear(at: time(100))
    clock.clear(at: time(50))
    #expect(clock.isInvalidated(createdAt: time(80), tags: []))
  }

  @Test func `a full clock forgets old tags and calls what is older than them invalid`() {
    let clock = TagClock(capacity: 10)
    for number in 1...11 { clock.invalidate([Tag("\(number)")], at: time(Int64(number) * 10)) }
    for number in 1...11 {
      let moment = Int64(number) * 10
      #expect(clock.isInvalidated(createdAt: time(moment), tags: [Tag("\(number)")]))
    }
    // Under the floor every tagged entry is invalid, whatever its tag.
    #expect(clock.isInvalidated(createdAt: time(5), tags: ["never named"]))
    #expect(!clock.isInvalidated(createdAt: time(5), tags: []))
    // Above it nothing is that should not be.
    #expect(!clock.isInvalidated(createdAt: time(111), tags: ["11", "never named"]))
    #expect(!clock.isInvalidated(createdAt: time(95), tags: ["9"]))
  }

  @Test func `a full clock never calls valid what was invalidated`() {
    for seed in 0..<50 as Range<UInt64> {
      var state = seed
      func next(_ bound: Int64) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 33) % bound
      }
      let (small, large) = (TagClock(capacity: 8), TagClock(capacity: 100_000))
      for moment in 1...200 as ClosedRange<Int64> {
        let tags = (0..<(1 + next(3))).map { _ in Tag("\(next(60))") }
        small.invalidate(tags, at: time(moment))
        large.invalidate(tags, at: time(moment))
        let (createdAt, tag) = (time(next(moment + 2)), Tag("\(next(60))"))
        guard large.isInvalidated(createdAt: createdAt, tags: [tag]) else { continue }
        #expect(small.isInvalidated(createdAt: createdAt, tags: [tag]), "seed \(seed)")
      }
    }
  }

  @Test func `more tags at one moment than the clock holds are all invalid`() {
    let clock = TagClock(capacity: 4)
    let tags = (0..<20).map { Tag("\($0)") }
    clock.invalidate(tags, at: time(7))
    for tag in tags { #expect(clock.isInvalidated(createdAt: time(7), tags: [tag])) }
    #expect(!clock.isInvalidated(createdAt: time(8), tags: tags))
  }
}
