// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import Testing

/// What the typed readers accept. What they refuse, and how they say it, is pinned by the wrong
/// files of `StrataConfigTests/Golden/Scalars`.
@Suite("Scalar texts")
struct ScalarTextTests {
  @Test(arguments: [
    ("0s", 0), ("1ns", 1), ("5us", 5_000), ("5µs", 5_000), ("5μs", 5_000),
    ("50ms", 50_000_000), ("1.5s", 1_500_000_000), ("0.000000001s", 1), ("5m", 300_000_000_000),
    ("1h30m", 5_400_000_000_000), ("2d", 172_800_000_000_000), ("1w", 604_800_000_000_000),
    ("1w1d1h1m1s1ms1us1ns", 694_861_001_001_001), ("1_000ms", 1_000_000_000),
    ("36500d", 3_153_600_000_000_000_000), ("0.1h", 360_000_000_000),
  ])
  func `a duration is exact`(_ text: String, _ nanoseconds: Int64) throws {
    #expect(try DurationText.parse(text).get() == .nanoseconds(nanoseconds))
  }

  @Test(arguments: [
    ("0B", 0), ("1B", 1), ("1kB", 1000), ("1KB", 1000), ("1KiB", 1024), ("10MB", 10_000_000),
    ("256MiB", 268_435_456), ("1.5GiB", 1_610_612_736), ("2TB", 2_000_000_000_000),
    ("8388607TiB", 9_223_370_937_343_148_032), ("9223372036854775807B", .max), ("0.5KiB", 512),
  ])
  func `a size is exact`(_ text: String, _ bytes: Int) throws {
    #expect(try SizeText.parse(text).get() == bytes)
  }

  @Test(arguments: [
    ("0", 0), ("0%", 0), ("0.0", 0), ("10%", 100_000_000), ("0.1", 100_000_000),
    ("12.5%", 125_000_000), ("0.000000001", 1), ("0.0000001%", 1), ("100%", 1_000_000_000),
    ("1.0", 1_000_000_000), ("33.3333333%", 333_333_333),
  ])
  func `a fraction is exact`(_ text: String, _ billionths: Int64) throws {
    #expect(try FractionText.parse(text).get().billionths == billionths)
  }

  @Test(arguments: [
    ("0", 0), ("3", 3), ("10_000", 10_000), ("-1", -1), ("9223372036854775807", Int.max),
    ("-9223372036854775807", -.max), ("-0", 0),
  ])
  func `a whole number is read`(_ text: String, _ number: Int) throws {
    #expect(try IntegerText.parse(text, in: .min ... .max).get() == number)
  }

  @Test func `numbers one beyond the range are refused`() {
    #expect(throws: ScalarProblem.self) { try IntegerText.parse("9223372036854775808").get() }
    #expect(throws: ScalarProblem.self) {
      try IntegerText.parse("-9223372036854775808", in: .min ... .max).get()
    }
    #expect(throws: ScalarProblem.self) { try SizeText.parse("9223372036854775808B").get() }
    #expect(throws: ScalarProblem.self) { try SizeText.parse("18446744073709551616B").get() }
    #expect(throws: ScalarProblem.self) { try FractionText.parse("100.0000001%").get() }
    #expect(throws: ScalarProblem.self) { try DurationText.parse("36500d1ns").get() }
  }

  @Test func `truth is true or false`() throws {
    #expect(try BooleanText.parse("true").get())
    #expect(try BooleanText.parse("false").get() == false)
  }

  @Test func `a word is one of those offered`() throws {
    #expect(try WordText.parse("lru", among: ["lru", "lfu"]).get() == "lru")
    #expect(WordText.expected(among: ["a", "b", "c"]) == "write a, b or c")
    #expect(WordText.expected(among: ["a"]) == "write a")
    #expect(WordText.expected(among: []) == "leave it out")
  }

  @Test func `what a reader writes it reads back`() throws {
    var random = SplitMix(seed: 7)
    for _ in 0..<5_000 {
      let bits = random.next() >> (random.next() % 64)
      let duration = Duration.nanoseconds(Int64(bits % 3_153_600_000_000_000_000))
      #expect(try DurationText.parse(DurationText.text(for: duration)).get() == duration)
      let size = Int(clamping: bits)
      #expect(try SizeText.parse(SizeText.text(for: size)).get() == size)
      let fraction = Fraction(billionths: Int64(bits % 1_000_000_001))
      #expect(try FractionText.parse(fraction.description).get() == fraction)
    }
  }

  @Test func `no text traps a reader`() {
    var random = SplitMix(seed: 11)
    let letters = Array("0123456789._-+ %:smhdwuµnkKMGTiBetrufalse\u{301}\0")
    for _ in 0..<20_000 {
      let length = Int(random.next() % 24)
      let text = String(
        (0..<length).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
      _ = DurationText.parse(text)
      _ = SizeText.parse(text)
      _ = FractionText.parse(text)
      _ = IntegerText.parse(text, in: -5...5)
      _ = BooleanText.parse(text)
    }
  }

  @Test func `a value is written for people`() {
    #expect(DurationText.text(for: .seconds(5400)) == "1h30m")
    #expect(DurationText.text(for: .zero) == "0s")
    #expect(DurationText.text(for: .seconds(-5)) == "0s")
    #expect(SizeText.text(for: 256 << 20) == "256MiB")
    #expect(SizeText.text(for: 1000) == "1000B")
    #expect(SizeText.text(for: -1) == "0B")
    #expect(Fraction(percent: 10).description == "10%")
    #expect(Fraction(billionths: 125_000_000).description == "12.5%")
  }

  @Test func `a share of an amount never overflows`() {
    #expect(Fraction(percent: 10).of(1000) == 100)
    #expect(Fraction.one.of(Int64.max) == .max)
    #expect(Fraction.one.of(Int64.min) == -.max)
    #expect(Fraction.zero.of(Int64.max) == 0)
    #expect(Fraction(percent: 80).of(.seconds(600)) == .seconds(480))
    #expect(Fraction(percent: 250) == .one && Fraction(percent: -3) == .zero)
  }

  @Test func `advice about a variable does not repeat its value`() throws {
    let place = SourceLocation(file: "a.yaml", line: 1, column: 1)
    guard case .failure(let problem) = DurationText.parse("72617") else {
      Issue.record("a bare number is no duration")
      return
    }
    let shown = ConfigNode(.scalar("72617", quoted: false), at: place)
    let hidden = ConfigNode(.scalar("72617", quoted: false), at: place, written: "${WAIT}")
    #expect(problem.message(for: shown) == "\"72617\" has no unit; write 72617s or 72617ms")
    #expect(
      problem.message(for: hidden)
        == "\"${WAIT}\" has no unit; write a duration such as 5m, 50ms or 1h30m")
  }
}

/// A small seeded generator: the same numbers on every run.
private struct SplitMix {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
