// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A file of keys: a name and a key on each line, parted by a colon or blanks; `#` begins a remark.
///
/// Read when the plan is built, and again when it is reloaded: that is how keys are changed.
enum KeyFile {
  struct Problem: Error {
    let message: String
  }

  private static let largest = 65_536

  static func keys(at path: String, disk: (any Disk)?) throws(Problem) -> [SecretKey] {
    guard let disk else { throw Problem(message: "the process has no disk to read it from") }
    let text: String
    do throws(DiskError) {
      text = try contents(of: try disk.open(path, .read))
    } catch {
      throw Problem(message: "the file cannot be read: \(error.code.rawValue)")
    }
    var keys: [SecretKey] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      guard let key = try key(in: line, number: index + 1) else { continue }
      if keys.contains(where: { $0.id == key.id }) {
        throw Problem(message: "line \(index + 1) of the file names a key that was named before")
      }
      keys.append(key)
    }
    if keys.isEmpty { throw Problem(message: "the file holds no key") }
    return keys
  }

  private static func key(in line: Substring, number: Int) throws(Problem) -> SecretKey? {
    let parts = line.prefix { $0 != "#" }.split {
      $0 == " " || $0 == "\t" || $0 == ":" || $0 == "\r"
    }
    if parts.isEmpty { return nil }
    guard parts.count == 2, let key = SecretKey(id: String(parts[0]), text: String(parts[1])),
      key.bytes.count == 32
    else {
      throw Problem(
        message:
          "line \(number) of the file is no name with a key of 32 bytes in hexadecimal or base64")
    }
    return key
  }

  private static func contents(of file: any DiskFile) throws(DiskError) -> String {
    defer { file.close() }
    var bytes = [UInt8](repeating: 0, count: min(largest, Int(clamping: max(0, try file.size))))
    var count = 0
    while count < bytes.count {
      var read = 0
      var failure: DiskError?
      bytes.withUnsafeMutableBytes { buffer in
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        do throws(DiskError) { read = try file.read(into: rest, at: Int64(count)) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if read <= 0 { break }
      count += read
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
