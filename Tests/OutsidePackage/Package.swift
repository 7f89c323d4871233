// swift-tools-version: 6.2
import Foundation
import PackageDescription

// A package like anybody's that depends on Strata: a stage, a store and a codec of its own, and
// every folder of Strata's `Plugins/` once more, built against the products alone. What a built-in
// plugin can do only because it lives in the same package does not compile here. `make outside`
// runs it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .define("TLS"), .define("Zstd"),
  .define("LZ4"), .define("SQLite"), .define("PostgreSQL"),
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// What Strata offers to other packages, C libraries included, for plugins that wrap one.
let products = {
  let manifest = "\(Context.packageDirectory)/../../Package.swift"
  let lines = (try? String(contentsOfFile: manifest, encoding: .utf8))?.split(separator: "\n") ?? []
  return lines.compactMap { line in
    line.firstRange(of: ".library(name: \"").map { line[$0.upperBound...].prefix { $0 != "\"" } }
  }.map(String.init)
}()

let plugins = "\(Context.packageDirectory)/Plugins"

/// The products that the sources of a plugin import.
func dependencies(of folder: String) -> [Target.Dependency] {
  let files = FileManager.default.enumerator(atPath: "\(plugins)/\(folder)")?.allObjects ?? []
  let lines = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    .compactMap { try? String(contentsOfFile: "\(plugins)/\(folder)/\($0)", encoding: .utf8) }
    .flatMap { $0.split(separator: "\n") }
    .filter { $0.contains("import ") && !$0.hasPrefix("//") }
  return products.filter { product in lines.contains { $0.hasSuffix(" \(product)") } }
    .map { .product(name: $0, package: "strata") }
}

/// A plugin under another name, since names of targets are unique among packages that build
/// together.
func copies() -> [Target] {
  let folders = (try? FileManager.default.contentsOfDirectory(atPath: plugins)) ?? []
  return folders.filter { !$0.hasPrefix(".") }.sorted().map { folder in
    .target(
      name: "Outside\(folder)", dependencies: dependencies(of: folder), path: "Plugins/\(folder)",
      exclude: ["README.md"], swiftSettings: strict)
  }
}

let package = Package(
  name: "outside",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "strata", path: "../..")],
  targets: copies() + [
    .target(
      name: "Outsider", dependencies: [.product(name: "StrataCore", package: "strata")],
      swiftSettings: strict),
    .testTarget(
      name: "OutsiderTests",
      dependencies: [
        "Outsider", .product(name: "Strata", package: "strata"),
        .product(name: "StrataTesting", package: "strata"),
      ], swiftSettings: strict),
  ]
)
