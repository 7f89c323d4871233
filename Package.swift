// swift-tools-version: 6.2
import CompilerPluginSupport
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
func suite(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
    swiftSettings: strict)
}

/// A benchmark of `Tests/Performance/`.
func benchmark(
  _ name: String, _ folder: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: ["BenchmarkKit"] + dependencies,
    path: "Tests/Performance/\(folder)", exclude: exclude, swiftSettings: strict)
}

/// A fuzzer of `Tests/Fuzz/`; build it with `FUZZ=1 swift build -c release --sanitize=fuzzer`.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Tests/Fuzz/\(name)",
    exclude: ["Corpus", "\(name).dict"],
    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
}

/// A C library found by pkg-config.
func library(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig,
    providers: [.apt([apt]), .brew([brew])])
}

let cLibraries: [Target] = [
  .systemLibrary(name: "CPoll", path: "Sources/CLibraries/CPoll"),
  library("CYAML", "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
  library("COpenSSL", "openssl", apt: "libssl-dev", brew: "openssl@3"),
  library("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
  library("CLZ4", "liblz4", apt: "liblz4-dev", brew: "lz4"),
  library("CPostgreSQL", "libpq", apt: "libpq-dev", brew: "libpq"),
  library("CSQLite", "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
  // Our own: checksums by the processor, and thread-local slots for readers without locks.
  .target(name: "CChecksum", path: "Sources/CLibraries/CChecksum"),
  .target(name: "CEpoch", path: "Sources/CLibraries/CEpoch"),
]

/// All but `Example` are registered in `Sources/Strata/BuiltIns.swift`.
let plugins: [Target] = [
  plugin("Audit"),
  plugin("BinaryCodec"),
  plugin("CacheMetrics", ["CEpoch"]),
  plugin("CacheTracing"),
  plugin("CircuitBreaker"),
  plugin("Coherence"),
  plugin(
    "Compression",
    [
      .target(name: "CZstd", condition: .when(traits: ["Zstd"])),
      .target(name: "CLZ4", condition: .when(traits: ["LZ4"])),
    ]),
  plugin("Encryption", [.target(name: "COpenSSL", condition: .when(traits: ["TLS"]))]),
  plugin("Example"),
  plugin("FailSafe"),
  plugin("FileStore", ["SegmentedLog"]),
  plugin("HotKeys", ["CEpoch"]),
  plugin("InvalidationRules"),
  plugin("JournalQueue", ["SegmentedLog"]),
  plugin("JSONCodec"),
  plugin("LoaderLimits"),
  plugin("Local"),
  plugin("LocalBus"),
  plugin("MemoryStore", ["CEpoch", "SegmentedLog"]),
  plugin("Negative"),
  plugin(
    "PostgreSQLSink", [.target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"]))]),
  plugin("Recorder", ["SegmentedLog", "TraceFormat"]),
  plugin("RefreshAhead"),
  plugin("Remote"),
  plugin("RESPStore", ["RESP", "RESPClient", "StrataNetwork"]),
  plugin("Sliding"),
  plugin("SQLiteSink", [.target(name: "CSQLite", condition: .when(traits: ["SQLite"]))]),
  plugin("StaleWhileRevalidate"),
  plugin("StampedeGuard"),
  plugin("TTLJitter"),
  plugin("Validation", [.target(name: "COpenSSL", condition: .when(traits: ["TLS"]))]),
  plugin("VersionedKeys"),
  plugin("Warming"),
  plugin("WriteBehind"),
  plugin("WriteThrough"),
]

let sources: [Target] = [
  module("StrataCore"),
  module("SegmentedLog", ["StrataCore", "CChecksum"]),
  module("TraceFormat"),
  module("StrataConfig", ["StrataCore", "CYAML"]),
  module("StrataSystem", ["StrataCore"]),
  module("StrataTesting", ["StrataCore"]),
  module(
    "Strata",
    ["StrataCore", "StrataConfig", "StrataNetwork", "StrataSystem", "StrataMacros"]
      + plugins.filter { $0.name != "Example" }.map { .target(name: $0.name) }),
  module("RESP"),
  module("RESPClient", ["RESP", "StrataCore", "StrataNetwork"]),
  module(
    "StrataNetwork",
    [
      "StrataCore", "StrataSystem",
      .target(name: "CPoll", condition: .when(platforms: [.linux])),
      .target(name: "COpenSSL", condition: .when(traits: ["TLS"])),
    ]),
]

/// Speaks the compiler's plugin protocol itself, so that nothing has to be downloaded or built.
let macros: [Target] = [
  .macro(name: "StrataMacros", path: "Sources/StrataMacros", swiftSettings: strict)
]

let commands: [Target] = [
  module(
    "StrataCommand",
    [
      "JournalQueue", "MemoryStore", "SegmentedLog", "Strata", "StrataConfig", "StrataCore",
      "StrataSystem", "TraceFormat",
    ]),
  .executableTarget(
    name: "StrataMain", dependencies: ["StrataCommand"], path: "Sources/StrataMain",
    swiftSettings: strict),
]

let tests: [Target] = [
  suite("StrataCoreTests", ["StrataCore", "StrataTesting", "Local", "Remote", "StampedeGuard"]),
  suite(
    "StrataTestingTests", ["StrataCore", "StrataTesting"] + plugins.map { .target(name: $0.name) }),
  .target(
    name: "TestSupport", dependencies: ["Strata", "StrataConfig", "StrataTesting"],
    path: "Tests/Support", swiftSettings: strict),
  .target(name: "AllocationCount", path: "Tests/AllocationCount"),
  suite(
    "StrataTests",
    [
      "AllocationCount", "Strata", "StrataConfig", "StrataCore", "StrataSystem", "StrataTesting",
      "TestSupport",
    ]),
  suite("CircuitBreakerTests", ["CircuitBreaker", "Strata", "StrataTesting", "TestSupport"]),
  suite("CompressionTests", ["Compression", "Strata", "StrataTesting", "TestSupport"]),
  suite("EncryptionTests", ["Encryption", "Strata", "StrataTesting", "TestSupport"]),
  suite("FailSafeTests", ["FailSafe", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "CoherenceTests",
    [
      "Coherence", "LocalBus", "StampedeGuard", "Strata", "StrataConfig", "StrataTesting",
      "TestSupport",
    ]),
  suite(
    "InvalidationTests",
    [
      "NodeSimulation", "Coherence", "FailSafe", "Local", "Remote", "StampedeGuard", "StrataCore",
      "StrataTesting",
    ]),
  .target(
    name: "NodeSimulation",
    dependencies: [
      "Coherence", "FailSafe", "Local", "Remote", "StampedeGuard", "StrataCore", "StrataTesting",
    ],
    path: "Tests/NodeSimulation", swiftSettings: strict),
  suite("LocalBusTests", ["LocalBus", "Strata", "StrataTesting", "TestSupport"]),
  suite("LoaderLimitsTests", ["LoaderLimits", "Strata", "StrataTesting", "TestSupport"]),
  suite("AuditTests", ["Audit", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "BehaviourTests",
    [
      "Coherence", "Local", "NodeSimulation", "Remote", "Strata", "StrataConfig", "StrataCore",
      "StrataTesting", "TestSupport",
    ]),
  suite(
    "CacheMetricsTests",
    ["AllocationCount", "CacheMetrics", "Strata", "StrataTesting", "TestSupport"]),
  suite("CacheTracingTests", ["CacheTracing", "Strata", "StrataTesting", "TestSupport"]),
  suite("HotKeysTests", ["HotKeys", "MemoryStore", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "InvalidationRulesTests",
    ["InvalidationRules", "Local", "MemoryStore", "Strata", "StrataTesting", "TestSupport"]),
  suite("NegativeTests", ["Negative", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "RecorderTests",
    ["Recorder", "Strata", "StrataConfig", "StrataTesting", "TestSupport", "TraceFormat"]),
  suite("RefreshAheadTests", ["RefreshAhead", "Strata", "StrataTesting", "TestSupport"]),
  suite("SlidingTests", ["Sliding", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "StaleWhileRevalidateTests",
    ["StaleWhileRevalidate", "Strata", "StrataTesting", "TestSupport"]),
  suite("TTLJitterTests", ["TTLJitter", "Strata", "StrataTesting", "TestSupport"]),
  suite("ValidationTests", ["Validation", "Strata", "StrataTesting", "TestSupport"]),
  suite("VersionedKeysTests", ["VersionedKeys", "Strata", "StrataTesting", "TestSupport"]),
  suite("WarmingTests", ["Warming", "Strata", "StrataTesting", "TestSupport"]),
  suite(
    "StrataCommandTests",
    [
      "JournalQueue", "MemoryStore", "StrataCommand", "Strata", "StrataConfig", "StrataCore",
      "StrataSystem", "StrataTesting", "TestSupport",
    ], exclude: ["Plans"]),
  suite("RecordsTests", ["BinaryCodec", "Strata", "StrataTesting", "TestSupport"]),
  suite("WriteThroughTests", ["Strata", "StrataTesting", "TestSupport", "WriteThrough"]),
  suite(
    "WriteBehindTests",
    ["JournalQueue", "Strata", "StrataConfig", "StrataTesting", "TestSupport", "WriteBehind"]),
  suite("StrataConfigTests", ["StrataCore", "StrataConfig", "StrataTesting"], exclude: ["Golden"]),
  suite(
    "PipelineModelTests",
    [
      "CircuitBreaker", "Compression", "Encryption", "LoaderLimits", "Local", "Remote",
      "StampedeGuard", "StrataCore", "StrataTesting", "Validation",
    ]),
  suite("StrataSystemTests", ["StrataCore", "StrataSystem"]),
  suite("SegmentedLogTests", ["SegmentedLog", "StrataCore", "StrataTesting"]),
  suite("FileStoreTests", ["FileStore", "SegmentedLog", "StrataCore", "StrataTesting"]),
  suite("BinaryCodecTests", ["BinaryCodec", "StrataCore"]),
  suite("ExampleTests", ["Example", "StrataCore", "StrataTesting"]),
  suite("JSONCodecTests", ["JSONCodec", "StrataCore"]),
  suite("TraceFormatTests", ["TraceFormat"]),
  suite("TidyTests", ["Example", "Strata", "StrataConfig", "StrataCore"]),
  suite("StrataMacrosTests", ["StrataMacros", "Strata", "StrataConfig", "StrataTesting"]),
  suite(
    "MemoryStoreTests", ["MemoryStore", "Strata", "StrataCore", "StrataTesting", "TestSupport"]),
  suite("RESPTests", ["RESP"]),
  .target(
    name: "ServerProcess", dependencies: ["StrataCore"], path: "Tests/ServerProcess",
    swiftSettings: strict),
  .target(
    name: "RedisServer",
    dependencies: [
      "RESP", "RESPClient", "ServerProcess", "StrataCore", "StrataNetwork", "StrataSystem",
    ],
    path: "Tests/RedisServer", swiftSettings: strict),
  suite(
    "SQLiteSinkTests",
    [
      .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
      "SQLiteSink", "Strata", "StrataConfig", "StrataSystem", "StrataTesting", "TestSupport",
    ]),
  suite(
    "PostgreSQLSinkTests",
    [
      .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      "PostgreSQLSink", "ServerProcess", "Strata", "StrataConfig", "StrataSystem",
      "StrataTesting", "TestSupport", "WriteBehind",
    ]),
  suite(
    "RESPClientTests",
    [
      "RESP", "RESPClient", "StrataCore", "StrataNetwork", "StrataSystem", "RedisServer",
      "ServerProcess", "FaultProxy",
    ]),
  suite(
    "RESPStoreTests",
    [
      "RESP", "RESPClient", "RESPStore", "Strata", "StrataConfig", "StrataCore", "StrataNetwork",
      "StrataSystem", "StrataTesting", "RedisServer", "FaultProxy", "TestSupport",
    ]),
  suite(
    "StrataNetworkTests",
    ["StrataCore", "StrataSystem", "StrataNetwork", "StrataTesting", "FaultProxy"]),
  .target(
    name: "FaultProxy", dependencies: ["StrataCore", "StrataSystem", "StrataNetwork"],
    path: "Tests/FaultProxy", swiftSettings: strict),
]

/// Programs that measure.
let benchmarks: [Target] = [
  .target(
    name: "BenchmarkKit", path: "Tests/Performance/Kit", exclude: ["README.md"],
    swiftSettings: strict),
  benchmark("BenchCodec", "Codec", ["BinaryCodec", "StrataCore"]),
  benchmark("BenchConfigParse", "ConfigParse", ["StrataConfig", "StrataCore"]),
  benchmark(
    "BenchPipeline", "Pipeline",
    ["AllocationCount", "MemoryStore", "Strata", "StrataConfig", "StrataSystem"]),
  benchmark("BenchPolicies", "Policies", ["MemoryStore"]),
  benchmark("BenchMemory", "Memory", ["MemoryStore", "StrataCore", "StrataSystem"]),
  benchmark(
    "BenchEcho", "Echo", ["StrataCore", "StrataSystem", "StrataNetwork"]),
  benchmark("BenchFileStore", "FileStore", ["FileStore", "StrataCore", "StrataSystem"]),
  benchmark(
    "BenchRESP", "RESP",
    ["RESP", "RESPClient", "RedisServer", "StrataCore", "StrataNetwork", "StrataSystem"],
    exclude: ["hiredis-peer.c"]),
  benchmark("BenchRESPParse", "RESPParse", ["RESP"]),
]

/// Programs that test by force what no test process can do to itself.
let tools: [Target] = [
  .executableTarget(
    name: "Simulate", dependencies: ["NodeSimulation", "StrataCore"], path: "Tests/Simulate",
    swiftSettings: strict),
  .executableTarget(
    name: "CrashTool",
    dependencies: [
      .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
      "FileStore", "SegmentedLog", "Strata", "StrataConfig", "StrataCore", "StrataSystem",
    ],
    path: "Tests/CrashTool", swiftSettings: strict),
]

/// libFuzzer targets have no main of their own, so a plain build must not see them.
let fuzzers: [Target] =
  fuzz
  ? [
    fuzzer("FuzzBinaryCodec", ["BinaryCodec", "StrataCore"]),
    fuzzer("FuzzRESP", ["RESP"]),
    fuzzer("FuzzSegment", ["FileStore", "SegmentedLog", "StrataCore", "StrataTesting"]),
    fuzzer("FuzzTrace", ["TraceFormat"]),
    fuzzer("FuzzYAML", ["StrataConfig", "StrataCore"]),
    fuzzer(
      "FuzzPlan",
      ["StrataConfig", "StrataCore"]
        + plugins.filter { $0.name != "Example" }.map { .target(name: $0.name) }),
  ] : []

let everything: [Target] = [
  cLibraries, sources, commands, plugins, tests, benchmarks, tools, fuzzers, macros,
].flatMap(\.self)

/// `STRATA_SUITES=A,B` leaves out all that these suites do not need, for a quick build.
let chosen = Context.environment["STRATA_SUITES"].map {
  Set($0.split(separator: ",").map(String.init))
}
@MainActor func needed(_ names: Set<String>) -> Set<String> {
  let next = everything.filter { names.contains($0.name) }.flatMap(\.dependencies).compactMap {
    switch $0 {
    case .targetItem(let name, _), .byNameItem(let name, _): name
    default: nil
    }
  }
  let more = names.union(next)
  return more == names ? names : needed(more)
}
let targets = chosen.map { chosen in
  let names = needed(chosen)
  return everything.filter { names.contains($0.name) }
}

let products: [Product] = [
  .executable(name: "strata", targets: ["StrataMain"]),
  .library(name: "Strata", targets: ["Strata"]),
  .library(name: "StrataCore", targets: ["StrataCore"]),
  .library(name: "StrataSystem", targets: ["StrataSystem"]),
  .library(name: "StrataTesting", targets: ["StrataTesting"]),
  .library(name: "CEpoch", targets: ["CEpoch"]),
  .library(name: "RESP", targets: ["RESP"]),
  .library(name: "RESPClient", targets: ["RESPClient"]),
  .library(name: "StrataNetwork", targets: ["StrataNetwork"]),
  .library(name: "SegmentedLog", targets: ["SegmentedLog"]),
  .library(name: "TraceFormat", targets: ["TraceFormat"]),
  // For plugins that wrap one, wherever they live.
  .library(name: "COpenSSL", targets: ["COpenSSL"]),
  .library(name: "CZstd", targets: ["CZstd"]),
  .library(name: "CLZ4", targets: ["CLZ4"]),
  .library(name: "CPostgreSQL", targets: ["CPostgreSQL"]),
  .library(name: "CSQLite", targets: ["CSQLite"]),
]

let package = Package(
  name: "strata",
  platforms: [.macOS(.v26)],
  products: chosen == nil ? products : [],
  traits: [
    .trait(name: "TLS", description: "TLS and encryption through OpenSSL."),
    .trait(name: "Zstd", description: "Compression with zstd."),
    .trait(name: "LZ4", description: "Compression with LZ4."),
    .trait(name: "SQLite", description: "A sink for writes in an SQLite file."),
    .trait(name: "PostgreSQL", description: "A sink for writes in PostgreSQL, through libpq."),
    .default(enabledTraits: ["TLS", "Zstd", "LZ4", "SQLite", "PostgreSQL"]),
  ],
  targets: targets ?? everything
)
