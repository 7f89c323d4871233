// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("Includes")
struct IncludeTests {
  private let base = [
    "base/stores.yaml": "version: 1\nstores:\n  memory: { kind: memory, capacity: 1MiB }\n",
    "base/all.yaml": "include: [stores.yaml, ./users.yaml]\n",
    "base/users.yaml": "version: 1\ncaches: { users: { pipeline: [metrics, local] } }\n",
    "leaf.yaml": "caches: { leaf: { ttl: 1s } }",
  ]

  @Test func `maps are joined and the including file wins`() {
    let text = """
      include: base/all.yaml
      stores: { memory: { capacity: 2MiB }, file: { kind: file } }
      caches: { users: { pipeline: [local] } }
      """
    #expect(
      Reading(text, others: base).outline
        == "{version: 1, stores: {memory: {kind: memory, capacity: 2MiB}, file: {kind: file}}, "
        + "caches: {users: {pipeline: [local]}}}")
  }

  @Test func `a node keeps the file and line it was written on`() throws {
    let reading = Reading("include: base/all.yaml", others: base)
    #expect(
      try #require(reading["stores", "memory", "kind"]).location.description
        == "base/stores.yaml:3:19")
  }

  @Test func `files are listed in the order they were asked for, each once`() {
    let text = "include: [base/all.yaml, base/../base/stores.yaml, leaf.yaml]"
    #expect(
      Reading(text, others: base).reading.files
        == ["a.yaml", "base/all.yaml", "base/stores.yaml", "base/users.yaml", "leaf.yaml"])
  }

  @Test func `two files that include a third say the same and are fine`() {
    let others = base.merging(
      ["l.yaml": "include: base/all.yaml", "r.yaml": "include: base/all.yaml"]) { first, _ in first
      }
    #expect(Reading("include: [l.yaml, r.yaml]", others: others).messages.isEmpty)
  }

  @Test func `an empty list of includes includes nothing`() {
    #expect(Reading("include: []\nversion: 1").outline == "{version: 1}")
  }

  @Test func `include means something at the top of a file only`() {
    #expect(Reading("a: { include: nowhere.yaml }").outline == "{a: {include: nowhere.yaml}}")
  }

  @Test func `a variable may choose the file`() {
    let reading = Reading(
      "include: ${WHICH}.yaml", others: base, environment: ["WHICH": "leaf"])
    #expect(reading.outline == "{caches: {leaf: {ttl: 1s}}}")
    #expect(reading["caches", "leaf", "ttl"]?.location.file == "${WHICH}.yaml")
    #expect(reading.reading.files == ["a.yaml", "leaf.yaml"])
  }

  @Test func `a wrong file is read once and leaves no tree`() {
    let others = ["b.yaml": "a: {b: 1, b: 2\n", "c.yaml": "include: b.yaml"]
    let reading = Reading("include: [b.yaml, c.yaml]\na: 1\na: 2", others: others)
    #expect(reading.messages.map { $0.prefix(9) } == ["a.yaml:3:", "b.yaml:1:", "b.yaml:2:"])
    #expect(reading.reading.root == nil)
  }

  @Test func `the number of files is limited`() {
    var limits = ConfigLimits()
    limits.files = 3
    let reading = Reading("include: base/all.yaml", others: base, limits: limits)
    #expect(
      reading.messages == [
        "base/all.yaml:1:24: include: the configuration has more than 3 files"
      ])
  }

  @Test func `a reading with problems gives no configuration`() throws {
    #expect(throws: ConfigurationError.self) { try Reading("a: 1\na: 2").reading.checked() }
    #expect(try Reading("a: 1").reading.checked().fields.count == 1)
  }
}
