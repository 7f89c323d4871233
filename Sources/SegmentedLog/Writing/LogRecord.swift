// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A record on its way into a log: the head, and the body in up to three pieces.
///
/// It only points to its bytes and must not outlive them.
public struct LogRecord {
  /// The head, complete but for the place.
  public let head: FrameHead
  private let parts: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer)

  /// Creates a record and computes its checksum.
  public init(
    kind: UInt16, tag: UInt16 = 0, _ first: UnsafeRawBufferPointer,
    _ second: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
    _ third: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) {
    var checksum = CRC32C.checksum(of: first)
    checksum = CRC32C.checksum(of: second, continuing: checksum)
    checksum = CRC32C.checksum(of: third, continuing: checksum)
    let length = first.count + second.count + third.count
    head = FrameHead(
      kind: kind, tag: tag, length: UInt32(truncatingIfNeeded: length), checksum: checksum)
    parts = (first, second, third)
  }

  /// The bytes that the record takes in a file.
  public var footprint: Int { head.footprint }

  /// Writes head, body and padding to the `footprint` bytes at `target`.
  func write(to target: UnsafeMutableRawPointer, salt: UInt32) {
    head.write(to: target, salt: salt)
    var end = target + FrameHead.size
    end = copy(parts.0, to: end)
    end = copy(parts.1, to: end)
    end = copy(parts.2, to: end)
    let padding = target + footprint - end
    end.initializeMemory(as: UInt8.self, repeating: 0, count: padding)
  }

  private func copy(
    _ part: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    guard let start = part.baseAddress else { return target }
    target.copyMemory(from: start, byteCount: part.count)
    return target + part.count
  }
}
