// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPClient
import StrataCore
import Testing

@Suite("Which slot and which server a name belongs to")
struct SlotTests {
  @Test(arguments: [
    ("123456789", 12_739), ("foo", 12_182), ("bar", 5_061), ("", 0),
    ("{user1000}.following", 3_443), ("{user1000}.followers", 3_443),
  ])
  func `slots are those of the specification`(name: String, slot: Int) {
    #expect(RESPHashSlot.slot(of: name) == slot)
  }

  @Test(arguments: [
    ("foo{bar}baz", "bar"), ("foo{bar}{baz}", "bar"), ("foo{}{bar}", "foo{}{bar}"),
    ("foo{{bar}}", "{bar"), ("foo{bar", "foo{bar"), ("}foo{bar}", "bar"), ("{}", "{}"),
  ])
  func `only what stands in the first braces counts`(name: String, tag: String) {
    // In braces of its own the tag would be cut again; the checksum of a plain word is its slot.
    let isWhole = !tag.contains("{")
    let expected = isWhole ? RESPHashSlot.slot(of: tag) : RESPHashSlot.slot(of: name)
    #expect(RESPHashSlot.slot(of: name) == expected)
  }

  @Test func `every slot has a word that puts a name into it`() {
    var longest = 0
    for slot in 0..<RESPHashSlot.count {
      let tag = RESPHashSlot.tag(of: slot)
      longest = max(longest, tag.count)
      #expect(RESPHashSlot.slot(of: "strata!clear:{\(tag)}users") == slot)
    }
    #expect(longest <= 4)
  }

  @Test(arguments: [1, 2, 3, 8, 20])
  func `one more server takes its share of a hundred thousand names and moves no other`(count: Int)
  {
    let servers = (0...count).map { "10.0.0.\($0):6379" }
    let (before, after) = (RESPRing(Array(servers.prefix(count))), RESPRing(servers))
    let names = (0..<100_000).map { Array("strata:user:\($0)".utf8) }
    var moved = 0
    for name in names {
      let (old, new) = name.withUnsafeBytes { (before.server(of: $0), after.server(of: $0)) }
      guard old != new else { continue }
      moved += 1
      #expect(new == count, "a name moved between servers that were there before")
    }
    #expect(Double(moved) / 100_000 <= 1 / Double(count + 1) + 0.02)
    #expect(moved > 0)
  }

  @Test func `the order in which servers are listed changes nothing`() {
    let servers = ["a:1", "b:1", "c:1", "d:1"]
    let (one, two) = (RESPRing(servers), RESPRing(servers.reversed()))
    for number in 0..<1_000 {
      let name = Array("k\(number)".utf8)
      let (first, second) = name.withUnsafeBytes { (one.server(of: $0), two.server(of: $0)) }
      #expect(servers[first] == Array(servers.reversed())[second])
    }
    #expect(RESPRing([]).server(of: UnsafeRawBufferPointer(start: nil, count: 0)) == 0)
  }
}
