// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("YAML")
struct YAMLTests {
  @Test func `scalars keep their text and whether they were quoted`() {
    let text = """
      a: 5
      b: "5"
      c: '5'
      d: yes
      e: 010
      f: http://x?y#z
      g: two words
      h: |
        one
        two
      i: >-
        folded
        text
      j: "tab\\t\\u00e9\\n"
      """
    #expect(
      Reading(text).outline
        == "{a: 5, b: \"5\", c: \"5\", d: yes, e: 010, f: http://x?y#z, g: two words, "
        + "h: \"one\ntwo\n\", i: \"folded text\", j: \"tab\té\n\"}")
  }

  @Test func `nothing is nothing only where it is plain`() {
    let text =
      "a:\nb: ~\nc: null\nd: 'null'\ne: \"\"\nf: [ , ~ ]\ng: nullable\nh: !!str\ni: !!str ~"
    #expect(
      Reading(text.replacing("[ , ~ ]", with: "[~, null]")).outline
        == "{a: ~, b: ~, c: ~, d: \"null\", e: \"\", f: [~, ~], g: nullable, h: \"\", i: \"~\"}")
  }

  @Test func `standard tags say how a scalar is read`() {
    let text = "a: !!str 5\nb: !!int \"5\"\nc: !!map {x: !!seq [!!bool 'true']}\nd: !!null ''"
    #expect(Reading(text).outline == "{a: \"5\", b: 5, c: {x: [true]}, d: ~}")
  }

  @Test func `a tag directive names standard tags`() {
    let text = "%YAML 1.1\n%TAG !s! tag:yaml.org,2002:\n---\na: !s!str 5\n"
    #expect(Reading(text).outline == "{a: \"5\"}")
  }

  @Test func `every key and value knows its place`() throws {
    let reading = Reading("a: 1\nb:\n  - x\n  - { c: é, d: [y, z] }\n\"ü\": &n 3\n")
    #expect(try #require(reading["a"]).location.description == "a.yaml:1:4")
    #expect(try #require(reading["b"]).location.description == "a.yaml:3:3")
    #expect(try #require(reading["b", 0]).location.description == "a.yaml:3:5")
    #expect(try #require(reading["b", 1, "c"]).location.description == "a.yaml:4:10")
    #expect(try #require(reading["b", 1, "d", 1]).location.description == "a.yaml:4:20")
    let fields = try #require(reading.reading.root).fields
    #expect(fields.map(\.location.description) == ["a.yaml:1:1", "a.yaml:2:1", "a.yaml:5:1"])
    #expect(fields[2].key == "ü")
  }

  @Test func `an alias stands for the last anchor of its name`() {
    let text = "a: &x 1\nb: *x\nc: &x [2, &y 3]\nd: [*x, *y]\n*y : key\n"
    #expect(Reading(text).outline == "{a: 1, b: 1, c: [2, 3], d: [[2, 3], 3], 3: key}")
  }

  @Test func `an aliased node keeps the place where it is written`() throws {
    let reading = Reading("a: &x { ttl: 5 }\nb: *x\n")
    #expect(try #require(reading["b", "ttl"]).location.description == "a.yaml:1:14")
  }

  @Test func `merged keys give way to the map's own and to earlier maps`() {
    let text = """
      base: &base { ttl: 1, key: b }
      more: &more { ttl: 2, wait: 3 }
      one: { <<: *base, ttl: 9 }
      two: { ttl: 9, <<: [*more, *base], last: 1 }
      three: { <<: { a: { b: c } } }
      four: { "<<": 1 }
      five: { <<: [] }
      """
    #expect(
      Reading(text).outline
        == "{base: {ttl: 1, key: b}, more: {ttl: 2, wait: 3}, one: {key: b, ttl: 9}, "
        + "two: {ttl: 9, wait: 3, key: b, last: 1}, three: {a: {b: c}}, four: {<<: \"1\"}, five: {}}"
        .replacing("\"1\"", with: "1"))
  }

  @Test func `line ends of every system count as one`() throws {
    for lineEnd in ["\n", "\r\n", "\r"] {
      let reading = Reading("a: 1\(lineEnd)\(lineEnd)b: 2\(lineEnd)")
      #expect(try #require(reading["b"]).location.description == "a.yaml:3:4")
    }
  }

  @Test func `all problems of a file are reported in its order`() {
    let reading = Reading("a: 1\na: *x\nb: ${A}\nc: !x 1\nd: {d: 1, d: 2}")
    #expect(reading.messages.map { $0.split(separator: ":")[1] } == ["2", "2", "3", "4", "5"])
    #expect(reading.reading.root != nil)
  }

  @Test func `beyond the limit of problems one more says so`() {
    var limits = ConfigLimits()
    limits.problems = 3
    let reading = Reading("[*a, *b, *c, *d, *e]".replacing("[", with: "x: ["), limits: limits)
    #expect(reading.messages.count == 4)
    #expect(reading.messages.last == "a.yaml:1:17: there are more problems")
  }

  @Test func `equal keys of other normal forms are the same key`() {
    let reading = Reading("\"\u{e9}\": 1\n\"e\u{301}\": 2\n")
    #expect(reading.messages.count == 1)
  }
}
