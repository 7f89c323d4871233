// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem

/// `strata init`: a file to start from.
struct InitCommand: Command {
  static let name = "init"
  static let summary = "Writes a commented configuration file to start from"
  static let synopsis = "[FILE]"
  static let explanation = """
    Writes a small configuration in which every line is explained. An existing file is left alone
    unless --force is given; - prints it instead.

      strata init Config/strata.yaml
      strata check Config/strata.yaml
    """
  static let options: [CommandOption] = [.flag("force", "Replaces an existing file")]
  static let words = 0...1
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> Int32 {
    let path = arguments.words.first ?? "strata.yaml"
    if path == "-" {
      console.printRaw(StarterFile.text)
      return ExitCode.success
    }
    guard let disk = CacheRuntime.live().disk else { return ExitCode.failure }
    do throws(DiskError) {
      try write(path, disk)
    } catch {
      let advice = error.code == .exists ? "; --force replaces it" : ""
      console.complain("strata init: \(error)\(advice)")
      return ExitCode.failure
    }
    console.print("wrote \(path); look at it with: strata explain \(path)")
    return ExitCode.success
  }

  private func write(_ path: String, _ disk: any Disk) throws(DiskError) {
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try disk.createDirectory(String(path[..<slash]))
    }
    let file = try disk.open(path, arguments.has("force") ? .readWrite : .create)
    defer { file.close() }
    try file.truncate(to: 0)
    let bytes = Array(StarterFile.text.utf8)
    var offset = 0
    while offset < bytes.count {
      let start = offset
      let wrote = bytes.withUnsafeBytes { raw in
        Result { () throws(DiskError) in
          try file.write(UnsafeRawBufferPointer(rebasing: raw[start...]), at: Int64(start))
        }
      }
      offset += try wrote.get()
    }
    try file.sync()
  }
}
