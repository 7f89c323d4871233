// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import TestSupport
import Testing

/// Orders and values that make no sense, each with the reason and what would be right, as a user
/// reads it.
@Suite("Plans that cannot work say why")
struct BadOrderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var pipeline: String
    var message: String
    var testDescription: String { pipeline.replacing("\n", with: " ") }
  }

  static let local = "- local: { store: memory }"

  static let cases = [
    Case(
      pipeline: "- ttl-jitter\n\(local)",
      message: "pipeline[0].ttl-jitter: spreads nothing here: it changes what tiers further out "
        + "store, and there is none; move it behind the tier it should spread"),
    Case(
      pipeline: "\(local)\n- stampede-guard\n- stampede-guard",
      message: "pipeline[2].stampede-guard: a second stampede-guard has nothing to do; remove one "
        + "of them"),
    Case(
      pipeline: "- encryption\n- remote: { store: far }",
      message: "there is no key to encrypt by; write keys: [{ id: k1, key: \"${KEY}\" }] or "
        + "key-file"),
    Case(
      pipeline: "- stampede-guard: { scope: cluster, store: far }\n- remote: { store: far }",
      message: "far (kind reference-bytes) has no locks; name a store that has, or write "
        + "scope: process"),
    Case(
      pipeline: "- stampede-guard: { scope: cluster }\n- remote: { store: far }",
      message: "needs a store with locks that all nodes share; write store: NAME"),
    Case(
      pipeline: "- coherence: { store: memory }\n\(local)",
      message: "memory (kind reference) carries no messages; name one that does"),
    Case(
      pipeline: "- negative\n\(local)",
      message: "remembers nothing here: tiers further out store what it lets through"),
    Case(
      pipeline: "- stale-while-revalidate\n\(local)",
      message: "never finds anything stale here"),
    Case(
      pipeline: "\(local)\n- circuit-breaker",
      message: "guards the store of the next tier further in, and there is none; move it before "
        + "the tier, or write around: source"),
    Case(
      pipeline: "- circuit-breaker: { open-for: 2m }\n- remote: { store: far }",
      message: "must be at least open-for, 2m"),
    Case(
      pipeline: "- fail-safe: { soft-timeout: 2s, hard-timeout: 1s }\n\(local)",
      message: "soft-timeout: must be shorter than hard-timeout, 1s"),
    Case(
      pipeline: "- local: { store: memory, ttl: 2m }",
      message: "2m is longer than the cache's ttl 1m, so it would never apply; write at most 1m"),
    Case(
      pipeline: "- remote: { store: far, ttl: 2m }",
      message: "2m is longer than the cache's ttl 1m, so it would never apply; write at most 1m"),
    Case(
      pipeline: "\(local)\n- refresh-ahead: { before: 1m }",
      message: "before: must be shorter than the cache's ttl, 1m"),
    Case(
      pipeline: "\(local)\n- refresh-ahead: { at: 50%, xfetch: true }",
      message: "at, before and xfetch exclude each other; write one of them"),
    Case(
      pipeline: "\(local)\n- sliding: { max: 30s }",
      message: "30s leaves nothing to slide: it must be longer than the cache's ttl, 1m"),
    Case(
      pipeline: "\(local)\n- ttl-jitter: { spread: 150% }", message: "ttl-jitter.spread:"),
    Case(
      pipeline: "\(local)\n- negative: { ttl: 60 }",
      message: "ttl: \"60\" has no unit; write 60s or 60ms"),
    Case(
      pipeline: "\(local)\n- negative: { error: 2s }",
      message: "unknown option \"error\"; did you mean \"errors\"?"),
  ]

  @Test(arguments: cases)
  func `a plan that cannot work says why, and what would`(bad: Case) throws {
    let problems = try Shop.problems(bad.pipeline)
    #expect(problems.contains { $0.contains(bad.message) }, "\(problems)")
  }
}
