// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The plugin's process: frames on standard input and output, until the compiler hangs up.
@main
struct StrataMacros {
  /// Longer than any source file the compiler would send.
  private static let longestMessage = 1 << 30

  static func main() {
    let session = PluginSession()
    while let header = receive(8) {
      let length = header.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= longestMessage, let message = receive(Int(length)) else { return }
      let answer = session.answer(to: message)
      let size = (0..<8).map { UInt8(truncatingIfNeeded: answer.count >> ($0 * 8)) }
      guard send(size + answer) else { return }
    }
  }

  private static func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let step = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { read(0, $0 + done, count - done) } ?? 0
      }
      guard step > 0 else { return nil }
      done += step
    }
    return bytes
  }

  private static func send(_ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let step = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { write(1, $0 + done, bytes.count - done) } ?? 0
      }
      guard step > 0 else { return false }
      done += step
    }
    return true
  }
}
