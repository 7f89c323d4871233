// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// The files of this repository, as the tests of style see them.
enum Repository {
  /// The folder that holds `Package.swift`.
  static let root: String = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.path
  }()

  /// Every file and folder that is not hidden and not made by a build, by its path from the root.
  static let paths: [String] = {
    let files = FileManager.default
    let tops = (try? files.contentsOfDirectory(atPath: root)) ?? []
    return tops.filter(isOurs).flatMap { top -> [String] in
      let below = (try? files.subpathsOfDirectory(atPath: "\(root)/\(top)")) ?? []
      return [top] + below.filter { !"/\($0)".contains("/.") }.map { "\(top)/\($0)" }
    }.sorted()
  }()

  private static func isOurs(_ name: String) -> Bool {
    !name.hasPrefix(".") || name == ".ci"
  }

  /// Every Swift file.
  static let swiftFiles: [SourceFile] = paths.filter { $0.hasSuffix(".swift") }.compactMap {
    text($0).map { SourceFile($0.path, $0.text) }
  }

  /// Every page.
  static let pages: [Page] = paths.filter { $0.hasSuffix(".md") }.compactMap {
    text($0).map { Page($0.path, $0.text) }
  }

  /// The folders directly below `folder`.
  static func folders(in folder: String) -> [String] {
    let below = paths.filter { $0.hasPrefix("\(folder)/") }
      .map { $0.dropFirst(folder.count + 1).split(separator: "/") }
      .filter { $0.count > 1 }
    return Set(below.map { String($0[0]) }).sorted()
  }

  /// Whether there is a file or folder at `path`.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(root)/\(path)")
  }

  private static func text(_ path: String) -> (path: String, text: String)? {
    (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)).map { (path, $0) }
  }

  /// The text of the file at `path`; empty where there is none.
  static func contents(_ path: String) -> String { text(path)?.text ?? "" }
}
