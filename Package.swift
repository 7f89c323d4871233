// swift-tools-version: 6.2
import PackageDescription

// One strict set of settings for every Swift target.
let thread = Context.environment["TSAN"] != nil
let fuzz = Context.environment["FUZZ"] != nil
let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (thread ? [.define("TSAN_LOCKS")] : [])

/// A library of `Sources/`.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: strict)
}

/// A folder of `Plugins/`: one target, public API only.
func plugin(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: ["StrataCore"] + more, path: "Plugins/\(name)",
    exclude: ["README.md"], swiftSettings: strict)
}

/// A test suite of `Tests/`.
func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

/// A C library found by pkg-config.
func library(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([apt]), .brew([brew])])
}

let cLibraries: [Target] = [
  library("CYAML", "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
  library("COpenSSL", "openssl", apt: "libssl-dev", brew: "openssl@3"),
  library("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
  library("CLZ4", "liblz4", apt: "liblz4-dev", brew: "lz4"),
]

let sources: [Target] = [
  module("StrataCore"),
]

let plugins: [Target] = [
  plugin("MemoryStore"),
]

let tests: [Target] = [
  suite("StrataCoreTests", ["StrataCore"]),
]

let performance: [Target] = [
  .executableTarget(
    name: "PolicyTable", dependencies: ["MemoryStore"], path: "Tests/Performance/PolicyTable",
    swiftSettings: strict),
]

let package = Package(
  name: "strata",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "StrataCore", targets: ["StrataCore"]),
  ],
  traits: [
    .trait(name: "TLS", description: "TLS and encryption through OpenSSL."),
    .trait(name: "Zstd", description: "Compression with zstd."),
    .trait(name: "LZ4", description: "Compression with LZ4."),
    .default(enabledTraits: ["TLS", "Zstd", "LZ4"]),
  ],
  targets: cLibraries + sources + plugins + tests + performance
)
