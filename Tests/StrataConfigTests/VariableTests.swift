// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("Environment variables")
struct VariableTests {
  private let environment = ["A": "alpha", "EMPTY": "", "YAML": "x: [1, 2]", "NEST": "${A} $$"]

  @Test(arguments: [
    ("${A}", "alpha"), ("x${A}y${A}", "xalphayalpha"), ("${A:-b}", "alpha"), ("${B:-b}", "b"),
    ("${EMPTY:-b}", "b"), ("${EMPTY}", ""), ("${B:-}", ""), ("${B:-:-}", ":-"), ("$$", "$"),
    ("$${A}", "${A}"), ("$$$${A}", "$${A}"), ("$A", "$A"), ("a$", "a$"), ("$$$", "$$"),
    ("é${A}é", "éalphaé"), ("${B:-é b}", "é b"),
  ])
  func `a scalar is filled in`(_ text: String, _ filled: String) throws {
    for quote in ["\"", "'"] {
      let reading = Reading("a: \(quote)\(text)\(quote)", environment: environment)
      #expect(reading.outline == "{a: \"\(filled)\"}")
    }
  }

  @Test func `the value of a variable is never read as YAML and never filled in again`() {
    let reading = Reading("a: ${YAML}\nb: ${NEST}\nc: ${B:-~}", environment: environment)
    #expect(reading.outline == "{a: x: [1, 2], b: ${A} $$, c: ~}")
    #expect(reading["a"]?.shown == "\"${YAML}\"")
  }

  @Test func `only what came from a variable is hidden`() throws {
    let reading = Reading("a: $$x\nb: ${A}\nc: ${B:-default}", environment: environment)
    #expect(try #require(reading["a"]).isFromEnvironment == false)
    #expect(try #require(reading["b"]).isFromEnvironment)
    #expect(try #require(reading["c"]).shown == "\"${B:-default}\"")
  }

  @Test func `keys are never filled in`() {
    #expect(
      Reading("$$: 1\n$A: 2", environment: environment).outline == "{$$: 1, $A: 2}")
  }
}
