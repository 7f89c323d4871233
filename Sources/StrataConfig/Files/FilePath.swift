// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Paths as text: what can be said of them without a disk.
enum FilePath {
  /// `path` as seen from the directory of `file`; an absolute path stays as it is.
  static func resolve(_ path: String, from file: String) -> String {
    if path.hasPrefix("/") { return normalized(path) }
    guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return normalized(path) }
    return normalized("\(file[...slash])\(path)")
  }

  /// `path` without `.` and without the `..` that undo a step. Symbolic links are not followed.
  static func normalized(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var steps: [Substring] = []
    for step in path.split(separator: "/") where step != "." {
      if step != ".." {
        steps.append(step)
      } else if let last = steps.last, last != ".." {
        steps.removeLast()
      } else if !isAbsolute {
        steps.append(step)
      }
    }
    return (isAbsolute ? "/" : "") + steps.joined(separator: "/")
  }
}
