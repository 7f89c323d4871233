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
    let context = "\(Repository.root)/Documentation/Snippets/Context.swift"
    var arguments = ["swiftc", "-typecheck", "-swift-version", "6", "-module-name", "Snippet"]
    arguments += ["-I", Self.modules, "-module-cache-path", "\(Self.modules)/../SnippetCache"]
    arguments += Self.cModules.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    arguments += ["-load-plugin-executable", "\(Self.modules)/../StrataMacros-tool#StrataMacros"]
    return try run(arguments + ["\(folder)/main.swift", context])
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

  /// The module maps of the C libraries: debug modules refer to them even where imports are private.
  private static let cModules = Repository.folders(in: "Sources/CLibraries").map {
    "\(Repository.root)/Sources/CLibraries/\($0)/module.modulemap"
  }

  private func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("strata-snippet-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }

  /// Runs a command and returns what it says; nothing where it succeeds.
  private func run(_ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : String(decoding: said, as: UTF8.self)
  }
}
