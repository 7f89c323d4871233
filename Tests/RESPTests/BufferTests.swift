// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import Testing

@Suite("Buffer")
struct BufferTests {
  private func live(_ buffer: borrowing RESPBuffer) -> [UInt8] {
    buffer.withUnsafeBytes { [UInt8]($0) }
  }

  @Test(arguments: seeds(50)) func `random writing and consuming matches an array`(seed: UInt64) {
    var dice = Dice(seed: seed)
    var buffer = RESPBuffer()
    var model: [UInt8] = []
    for _ in 0..<300 {
      switch dice.below(5) {
      case 0, 1:
        let bytes = dice.bytes(upTo: dice.oneIn(10) ? 5000 : 100)
        buffer.append(bytes)
        model += bytes
      case 2:
        let bytes = dice.bytes(upTo: 200)
        let written = buffer.write(minimum: bytes.count) { space in
          space.copyBytes(from: bytes)
          return bytes.count
        }
        #expect(written == bytes.count)
        model += bytes
      case 3:
        let count = dice.below(model.count + 50)
        buffer.consume(count)
        model = Array(model.dropFirst(count))
      default:
        let count = dice.below(model.count + 50)
        buffer.truncate(to: count)
        model = Array(model.prefix(count))
      }
      #expect(live(buffer) == model, "\(replay(seed, "BufferTests"))")
    }
  }

  @Test func `a writer that claims more than its space is held to it`() {
    var buffer = RESPBuffer()
    let kept = buffer.write(minimum: 10) { space in space.count + 1 }
    #expect(kept == buffer.capacity && buffer.count == kept)
    #expect(buffer.write(minimum: 10) { _ in -5 } == 0)
    buffer.consume(-5)
    #expect(buffer.count == kept)
  }

  @Test func `there is always as much space as asked for`() {
    for live in [0, 1, 500, 511, 512, 513, 1000] {
      for minimum in 1...1100 {
        var buffer = RESPBuffer()
        buffer.append([UInt8](repeating: 1, count: 1024))
        buffer.consume(1024 - live)
        buffer.write(minimum: minimum) { space in
          #expect(space.count >= minimum)
          return 0
        }
        buffer.append([UInt8](repeating: 2, count: minimum))
        #expect(buffer.count == live + minimum && buffer.count <= buffer.capacity)
      }
    }
  }

  @Test func `a stream through a buffer does not make it grow`() {
    var buffer = RESPBuffer()
    for _ in 0..<10_000 {
      buffer.append([UInt8](repeating: 1, count: 300))
      buffer.consume(299)
      buffer.truncate(to: max(0, buffer.count - 1))
    }
    #expect(buffer.capacity <= 4096)
  }

  @Test func `an empty buffer holds no memory`() {
    var buffer = RESPBuffer()
    #expect(buffer.isEmpty && buffer.capacity == 0 && live(buffer).isEmpty)
    buffer.append([])
    buffer.consume(10)
    buffer.eraseConsumed()
    #expect(buffer.isEmpty && buffer.capacity == 0)
  }

  @Test func `what was consumed can be erased without touching what remains`() {
    var buffer = RESPBuffer()
    buffer.append(wire("secret-rest"))
    buffer.consume(7)
    buffer.eraseConsumed()
    #expect(live(buffer) == wire("rest"))
    let left = buffer.withUnsafeBytes { bytes in
      (1...7).map { bytes.baseAddress?.load(fromByteOffset: -$0, as: UInt8.self) }
    }
    #expect(left.allSatisfy { $0 == 0 })
  }
}
