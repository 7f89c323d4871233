// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a simulated disk holds: what programs see, and what would survive a loss of power.
///
/// A value, so a test keeps the image before each operation of one run and lets the power fail at
/// all of them.
public struct DiskImage: Sendable {
  /// A change to a file that no sync has covered.
  enum Change: Sendable {
    case write(offset: Int, bytes: [UInt8])
    case truncate(size: Int)
  }

  /// A change to the names that no directory sync has covered.
  enum NameChange: Sendable {
    case link(path: String, file: Int)
    case unlink(path: String)
    case rename(path: String, target: String, file: Int)
  }

  struct File: Sendable {
    var current: [UInt8] = []
    var durable: [UInt8] = []
    var pending: [Change] = []
  }

  var files: [Int: File] = [:]
  var names: [String: Int] = [:]
  var durableNames: [String: Int] = [:]
  var pendingNames: [NameChange] = []
  var directories: Set<String> = ["", "/"]
  var nextFile = 1

  /// Creates an empty disk.
  public init() {}

  /// The paths of all files, sorted.
  public var paths: [String] { names.keys.sorted() }

  /// The bytes that all files take.
  public var usedBytes: Int { names.values.reduce(0) { $0 + (files[$1]?.current.count ?? 0) } }

  /// The bytes of the file at a path, as programs see them; `nil` where there is none. Setting
  /// them changes what is durable as well.
  public subscript(path: String) -> [UInt8]? {
    get { names[path].flatMap { files[$0]?.current } }
    set {
      guard let newValue else {
        names[path] = nil
        durableNames[path] = nil
        return
      }
      let file = names[path] ?? makeFile()
      names[path] = file
      durableNames[path] = file
      if let slash = path.lastIndex(of: "/") { directories.insert(String(path[..<slash])) }
      files[file] = File(current: newValue, durable: newValue)
    }
  }

  mutating func makeFile() -> Int {
    defer { nextFile += 1 }
    files[nextFile] = File()
    return nextFile
  }

  static func apply(_ change: Change, to bytes: inout [UInt8]) {
    switch change {
    case .truncate(let size): resize(&bytes, to: size)
    case .write(let offset, let written):
      if bytes.count < offset + written.count { resize(&bytes, to: offset + written.count) }
      bytes.replaceSubrange(offset..<offset + written.count, with: written)
    }
  }

  static func resize(_ bytes: inout [UInt8], to size: Int) {
    if bytes.count > size {
      bytes.removeLast(bytes.count - size)
    } else {
      bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
    }
  }

  static func apply(_ change: NameChange, to names: inout [String: Int]) {
    switch change {
    case .link(let path, let file): names[path] = file
    case .unlink(let path): names[path] = nil
    case .rename(let path, let target, let file):
      if names[path] == file { names[path] = nil }
      names[target] = file
    }
  }
}
