// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP

/// Bytes mean the same in one piece, in two and one by one; what was read can be written and read
/// again; memory stays within twice what came.
struct ParserCheck {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func run() {
    for limits in [RESPLimits(), smallLimits] {
      let whole = outcome([bytes], limits)
      let cut = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % bytes.count
      check(
        outcome([Array(bytes[..<cut]), Array(bytes[cut...])], limits).isSame(as: whole), "split")
      if bytes.count <= 256 {
        check(outcome(bytes.map { [$0] }, limits).isSame(as: whole), "one by one")
      }
      for value in whole.values { writeAndRead(value) }
    }
  }

  private struct Outcome {
    var values: [RESPValue] = []
    var error: RESPProtocolError?

    /// Values that are not equal to themselves are compared by their shape.
    func isSame(as other: Outcome) -> Bool {
      guard error == other.error, values.count == other.values.count else { return false }
      return zip(values, other.values).allSatisfy {
        $0 == $1 || !$0.isFaithful && $0.description == $1.description
      }
    }
  }

  private func outcome(_ pieces: [[UInt8]], _ limits: RESPLimits) -> Outcome {
    var parser = RESPParser(limits: limits)
    var outcome = Outcome()
    for piece in pieces {
      parser.receive(piece)
      do throws(RESPProtocolError) {
        while try parser.next() { outcome.values.append(read(parser.frame)) }
      } catch {
        outcome.error = error
        break
      }
      check(parser.capacity <= 2 * bytes.count + 2048, "memory")
    }
    return outcome
  }

  /// Reads the frame in every way, so that each way meets each input.
  private func read(_ frame: borrowing RESPFrame) -> RESPValue {
    let value = frame.value(keepingAttributes: true)
    check(frame.kind == value.kind || frame.isError && value.error != nil, "kind")
    if case .bulkString(let bytes) = value.bare { check(frame.bytes == bytes, "bytes") }
    _ = (frame.integer, frame.double, frame.boolean, frame.string, frame.format)
    _ = (frame.error, frame.pushKind, frame.isOK, value.description)
    var count = 0
    frame.forEach { element in
      count += 1
      _ = (element.value(), element.count, element.bytes)
      element.forEachAttribute { _ = $0.value() }
    }
    check(!frame.kind.isAggregate || count == frame.count, "count")
    frame.forEachAttribute { _ = $0.value() }
    return value
  }

  private func writeAndRead(_ value: RESPValue) {
    guard value.isFaithful, bytes.count < 300 else { return }
    var writer = RESPWriter()
    writer.value(value)
    var parser = RESPParser()
    writer.withUnsafeBytes { parser.receive($0) }
    let isWhole = (try? parser.next()) ?? false
    check(isWhole && parser.buffered == 0, "written is not read")
    check(parser.frame.value(keepingAttributes: true) == value, "written is read otherwise")
  }
}

extension RESPValue {
  /// Whether the value is equal to itself and to what is read after it was written.
  fileprivate var isFaithful: Bool {
    switch self {
    case .double(let number): !number.isNaN
    case .verbatimString(let verbatim): verbatim.format.utf8.allSatisfy { $0 < 0x80 }
    case .array(let values), .set(let values), .push(let values):
      values.allSatisfy(\.isFaithful)
    case .map(let pairs): pairs.allSatisfy(\.isFaithful)
    case .attributed(let value, let attributes):
      value.isFaithful && attributes.allSatisfy(\.isFaithful)
    default: true
    }
  }
}

extension RESPPair {
  fileprivate var isFaithful: Bool { key.isFaithful && value.isFaithful }
}
