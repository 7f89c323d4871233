// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// Compiles Swift text against the modules of the build that runs this test, without linking.
///
/// The compiler is asked to check types only, with the settings of an application: Swift 6, and
/// nothing of this package but what its products show. It takes about a second for each block.
struct SnippetCompiler {
  /// What the compiler says; empty where it is content.
  func messages(for text: String) throws -> String {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: "\(folder)/main.swift", atomically: true, encoding: .utf8)
    let context = "\(folder)/Context.swift"
    try surroundings(of: text).write(toFile: context, atomically: true, encoding: .utf8)
    var arguments = ["swiftc", "-typecheck", "-swift-version", "6", "-module-name", "Snippet"]
    arguments += ["-I", Self.modules, "-module-cache-path", "\(Self.modules)/../SnippetCache"]
    arguments += Self.cModules.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    arguments += Self.cFolders.flatMap { ["-Xcc", $0] }
    arguments += ["-load-plugin-executable", "\(Self.modules)/../StrataMacros-tool#StrataMacros"]
    // A block that brings its own values is an application of its own.
    let isWhole = text.contains("struct User")
    return try run(arguments + ["\(folder)/main.swift"] + (isWhole ? [] : [context]))
  }

  /// The application around a block, without what the block declares on its own.
  private func surroundings(of text: String) -> String {
    let all = Repository.contents("Documentation/Snippets/Context.swift")
    guard text.contains("struct User:"), let start = all.range(of: "struct User:"),
      let end = all.range(of: "\n}\n", range: start.upperBound..<all.endIndex)
    else { return all }
    return all.replacingCharacters(in: start.lowerBound..<end.upperBound, with: "")
  }

  /// Where the build put the modules: beside the test bundle.
  private static let modules: String = {
    let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
    var folder = URL(fileURLWithPath: bundle)
    while folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
      let modules = folder.appendingPathComponent("Modules").path
      if FileManager.default.fileExists(atPath: modules) { return modules }
    }
    return "\(Repository.root)/.build/debug/Modules"
  }()

  /// The module maps of the C libraries: debug modules refer to them even where imports are
  /// private.
  private static let cModules = Repository.folders(in: "Sources/CLibraries").map { name in
    let written = "\(Repository.root)/Sources/CLibraries/\(name)/module.modulemap"
    if FileManager.default.fileExists(atPath: written) { return written }
    // A library of our own has the one that the build made for it.
    return URL(fileURLWithPath: modules).deletingLastPathComponent()
      .appendingPathComponent("\(name).build/module.modulemap").path
  }

  /// Where the headers of the C libraries are, for those that keep them in a folder of their own.
  private static let cFolders: [String] = {
    let names = Repository.contents("Package.swift").split(separator: "\n")
      .filter { $0.hasPrefix("  library(\"C") }
      .compactMap { $0.split(separator: "\"").dropFirst(3).first.map(String.init) }
    return names.flatMap { name in
      let flags =
        (try? output(of: ["pkg-config", "--cflags-only-I", name])) ?? (status: 1, text: "")
      return flags.status == 0
        ? flags.text.split(whereSeparator: \.isWhitespace).map(String.init) : []
    }
  }()

  private func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("strata-snippet-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Runs a command and returns what it says; nothing where it succeeds.
  private func run(_ arguments: [String]) throws -> String {
    let (status, text) = try Self.output(of: arguments)
    return status == 0 ? "" : text
  }

  private static func output(of arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
