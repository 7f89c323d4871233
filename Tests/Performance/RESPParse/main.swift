// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// How fast replies are parsed. Each measurement feeds the same replies again and again in pieces of
// 64 KiB, as a socket would hand them over, for about a third of a second. "seen" moves over each
// reply in place; "taken" copies each payload into an array of its own, as a caller gets it;
// "values" makes a RESPValue of the whole reply. The first line is what copying alone costs on this
// machine.

import BenchmarkKit
import RESP

let benchmarks = BenchmarkRun()

func now() -> UInt64 { BenchmarkClock.nanoseconds() }

/// Something done with each reply.
typealias Work = (borrowing RESPFrame) -> Int

struct Shape {
  let name: String
  let reply: [UInt8]
  let replies: Int
}

func shape(_ name: String, replies: Int, _ write: (inout RESPWriter) -> Void) -> Shape {
  var writer = RESPWriter()
  for _ in 0..<replies { write(&writer) }
  return Shape(name: name, reply: writer.withUnsafeBytes { [UInt8]($0) }, replies: replies)
}

func bulk(_ count: Int) -> RESPValue { .bulkString([UInt8](repeating: 0x78, count: count)) }

@MainActor func isWanted(_ name: String) -> Bool { benchmarks.wants("resp/parse/\(name)") }

@MainActor func report(_ name: String, replies: Int, bytes: Int, nanoseconds: UInt64) {
  let seconds = Double(nanoseconds) / 1e9
  benchmarks.record("resp/parse/\(name)", Double(bytes) / seconds / 1e6, .megabytesPerSecond)
  benchmarks.record("resp/parse/\(name)/rate", Double(replies) / seconds, .perSecond)
}

@MainActor func measure(_ name: String, _ shape: Shape, _ work: Work) throws {
  guard isWanted("\(shape.name)/\(name)") else { return }
  var parser = RESPParser()
  var (replies, bytes, sum) = (0, 0, 0)
  let start = now()
  repeat {
    var offset = 0
    while offset < shape.reply.count {
      offset += parser.receive(minimum: 65_536) { space in
        let size = min(65_536, shape.reply.count - offset)
        shape.reply.withUnsafeBytes {
          space.copyMemory(from: .init(rebasing: $0[offset..<offset + size]))
        }
        return size
      }
      while try parser.next() {
        sum &+= work(parser.frame)
        replies += 1
      }
    }
    bytes += shape.reply.count
  } while now() - start < 300_000_000
  blackHole(sum)
  report("\(shape.name)/\(name)", replies: replies, bytes: bytes, nanoseconds: now() - start)
}

@MainActor func measureCopy(_ size: Int) {
  guard isWanted("copy-\(size)") else { return }
  let source = [UInt8](repeating: 1, count: size)
  var (copies, sum) = (0, 0)
  let start = now()
  repeat {
    for _ in 0..<1000 {
      let copy = [UInt8](unsafeUninitializedCapacity: size) { target, count in
        source.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
        count = size
      }
      sum &+= Int(copy[size / 2])
      copies += 1
    }
  } while now() - start < 300_000_000
  blackHole(sum)
  report("copy-\(size)", replies: copies, bytes: copies * size, nanoseconds: now() - start)
}

@MainActor func run() throws {
  measureCopy(100)
  measureCopy(1024)
  let shapes = [
    shape("status", replies: 10_000) { $0.value(.simpleString("OK")) },
    shape("integer", replies: 10_000) { $0.value(.integer(123_456)) },
    shape("bulk-100", replies: 10_000) { $0.value(bulk(100)) },
    shape("bulk-1024", replies: 2_000) { $0.value(bulk(1024)) },
    shape("bulk-64KiB", replies: 200) { $0.value(bulk(65_536)) },
    shape("mget-64x100", replies: 200) {
      $0.value(.array(Array(repeating: bulk(100), count: 64)))
    },
  ]
  for shape in shapes {
    try measure("seen", shape) { $0.count }
    try measure("taken", shape) { reply in
      guard reply.kind == .array else { return reply.bytes?.count ?? 0 }
      var total = 0
      reply.forEach { total += $0.bytes?.count ?? 0 }
      return total
    }
    try measure("values", shape) { $0.value().isNull ? 0 : 1 }
  }
}

@MainActor func measureEncoding() {
  guard isWanted("encode-get") else { return }
  var writer = RESPWriter()
  var (commands, bytes) = (0, 0)
  let start = now()
  repeat {
    for _ in 0..<1000 { writer.command("GET", "user:00001234:profile") }
    (commands, bytes) = (commands + 1000, bytes + writer.count)
    blackHole(writer.count)
    writer = RESPWriter()
  } while now() - start < 300_000_000
  report("encode-get", replies: commands, bytes: bytes, nanoseconds: now() - start)
}

try run()
measureEncoding()
measureConversation(callers: 1)
measureConversation(callers: 64)
measureConversation(callers: 1000)
