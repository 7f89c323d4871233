// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataNetwork
import Testing

@testable import FaultProxy

@Suite("Fault script") struct FaultScriptTests {
  @Test func `without rules bytes pass as they are`() {
    #expect(passed([], "abc", "de") == "abc|de")
  }

  @Test func `each fault does to a piece what it says`() {
    #expect(passed([rule(.split(2))], "abcde") == "ab|cd|e")
    #expect(passed([rule(.drop)], "abc", "de") == "")
    #expect(passed([rule(.inject(bytes("+")))], "abc", "de") == "+|abc|+|de")
    #expect(passed([rule(.replace(bytes("zzz")))], "abc") == "zzz")
    #expect(passed([rule(.cut(.reset))], "abc", "de") == "!|!")
    #expect(passed([rule(.swap, times: 1)], "abc", "de", "f") == "de|abc|f")
    #expect(passed([rule(.delay(.seconds(1)))], "abc") == "abc@1.0")
    #expect(
      passed([rule(.trickle(bytes: 1, every: .seconds(2)))], "abc") == "a+2.0|b+2.0|c+2.0")
  }

  @Test func `a flipped bit is one bit`() {
    var script = FaultScript(seed: 3)
    script.setRules([rule(.flipBit)])
    let original = [UInt8](repeating: 0, count: 100)
    guard case .send(let damaged, _, _) = script.pass(original).first else {
      Issue.record("nothing passed")
      return
    }
    #expect(zip(original, damaged).map { ($0 ^ $1).nonzeroBitCount }.reduce(0, +) == 1)
  }

  @Test func `a position divides the piece that straddles it`() {
    #expect(passed([rule(.cut(.now), .atByte(4))], "abc", "def") == "abc|d|!")
    #expect(passed([rule(.drop, .atByte(4))], "abc", "def", "g") == "abc|d")
    #expect(passed([rule(.inject(bytes("+")), .atByte(1), times: 1)], "abc", "d") == "a|+|bc|d")
    #expect(passed([rule(.cut(.now), .atByte(3))], "abc", "def") == "abc|!")
    #expect(passed([rule(.cut(.now), .atByte(0))], "abc") == "!")
  }

  @Test func `a pattern, a likelihood and a number of times choose pieces`() {
    let error = rule(.replace(bytes("x")), .containing(bytes("ERR")))
    #expect(passed([error], "-ERR no", "+OK", "ERR", "ER") == "x|+OK|x|ER")
    #expect(passed([rule(.drop, .chance(0))], "abc") == "abc")
    #expect(passed([rule(.drop, .chance(1))], "abc") == "")
    #expect(passed([rule(.drop, times: 2)], "a", "b", "c", "d") == "c|d")
  }

  @Test func `rules apply in order to what the one before has left`() {
    let rules = [
      rule(.split(2)), rule(.inject(bytes("+")), times: 1), rule(.cut(.now), .atByte(3)),
    ]
    #expect(passed(rules, "abcde") == "+|ab|c|!")
  }

  private func rule(
    _ fault: FaultRule.Fault, _ moment: FaultRule.Moment = .always, times: Int? = nil
  ) -> FaultRule { FaultRule(.both, fault, when: moment, times: times) }

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The steps as text: pieces parted by `|`, `@` the delay, `+` the gap, `!` the cut.
  private func passed(_ rules: [FaultRule], _ pieces: String...) -> String {
    var script = FaultScript(seed: 1)
    script.setRules(rules)
    let steps = pieces.flatMap { script.pass(bytes($0)) }
    return steps.map { step in
      switch step {
      case .cut: return "!"
      case .send(let bytes, let delay, let gap):
        let text = String(decoding: bytes, as: UTF8.self)
        return text + (delay == .zero ? "" : "@\(delay / .seconds(1))")
          + (gap == .zero ? "" : "+\(gap / .seconds(1))")
      }
    }.joined(separator: "|")
  }
}
