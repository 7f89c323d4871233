// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@Suite("Plugins")
struct PluginTests {
  /// What a plugin may import: what the system has, and what any package can depend on.
  static let imports: Set<String> = {
    let manifest = Repository.contents("Package.swift").split(separator: "\n")
    let products = manifest.compactMap { line -> String? in
      guard let start = line.firstRange(of: ".library(name: \"") else { return nil }
      return String(line[start.upperBound...].prefix { $0 != "\"" })
    }
    return Set(products).union(["Synchronization", "Glibc", "Musl", "Darwin"])
      .subtracting(["Strata", "StrataTesting"])
  }()
  /// What single plugins may import beyond that, and why it cannot be otherwise.
  static let exceptions: [String: Set<String>] = [
    // Foundation's coder is what the codec is.
    "JSONCodec": ["Foundation", "FoundationEssentials"]
  ]

  static let kinds = ["CacheStage", "TierStage", "AttentiveStage", "HitObserving"]
  static let contracts =
    kinds + ["CacheStore", "FastStore", "MessageBus", "PayloadCodec", "SinkStore", "QueueStore"]

  static let folders = Repository.folders(in: "Plugins")

  @Test func `there are plugins`() { #expect(Self.folders.count >= 5) }

  @Test(arguments: folders) func `a plugin has a page with its YAML`(_ folder: String) {
    let page = Repository.pages.first { $0.path == "Plugins/\(folder)/README.md" }
    #expect(page != nil, "Plugins/\(folder)/README.md is missing")
    let hasYAML = page?.blocks.contains { $0.language == "yaml" } ?? false
    #expect(hasYAML, "Plugins/\(folder)/README.md shows no YAML block")
  }

  /// The folders that come with Strata: all but the guide's, which its reader registers.
  static let builtIn = folders.filter { $0 != "Example" }

  @Test(arguments: builtIn) func `a plugin is registered like any other`(_ folder: String) {
    let list = Repository.swiftFiles.first { $0.path == "Sources/Strata/BuiltIns.swift" }
    let registered = list?.code.joined(separator: "\n") ?? ""
    let types = Self.pluginTypes(in: folder)
    #expect(!types.isEmpty, "Plugins/\(folder) holds no public stage, store or codec")
    for type in types {
      #expect(
        registered.contains("\(type).self"), "\(type) is not in Sources/Strata/BuiltIns.swift")
    }
  }

  @Test(arguments: folders) func `a plugin imports the contract and no other plugin`(
    _ folder: String
  ) {
    let allowed = Self.imports.union(Self.exceptions[folder] ?? [])
    var found: [Violation] = []
    for file in Repository.swiftFiles where file.isIn("Plugins/\(folder)") {
      for (index, line) in file.code.enumerated() {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"),
          let module = words.dropFirst(place + 1).last
        else { continue }
        let name = String(module.prefix { $0 != "." })
        if !allowed.contains(name) { found.append(file.violation(index, "imports \(name)")) }
      }
    }
    if !found.isEmpty { Issue.record("\(found.list)") }
  }

  @Test(arguments: folders) func `a plugin has a suite of tests`(_ folder: String) {
    let hasTests = Repository.swiftFiles.contains { file in
      file.area == "Tests" && file.code.contains { $0 == "import \(folder)" }
    }
    #expect(hasTests, "no test imports \(folder)")
  }

  @Test(arguments: folders) func `the first page names a plugin`(_ folder: String) {
    let page = Repository.contents("README.md")
    let isNamed = page.contains("(Plugins/\(folder)/README.md)")
    #expect(isNamed, "README.md has no row for \(folder)")
  }

  /// The public types of a folder that conform to one of the contracts.
  private static func pluginTypes(in folder: String) -> [String] {
    Repository.swiftFiles.filter { $0.isIn("Plugins/\(folder)") }.flatMap { file in
      file.code.compactMap { line -> String? in
        let halves = line.split(separator: ":", maxSplits: 1)
        guard halves.count == 2, line.hasPrefix("public "),
          contracts.contains(where: { contract in
            halves[1].split { !$0.isLetter }.contains { $0 == contract }
          })
        else { return nil }
        return halves[0].split(separator: " ").last.map(String.init)
      }
    }
  }
}
