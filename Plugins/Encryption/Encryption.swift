// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Encrypts what leaves the process, so that whoever reads or writes the store learns and changes
/// nothing.
///
/// The first key is used to write, all are used to read: a new key goes to the front, and nothing
/// has to be flushed. Key, version, times and tags are bound into the encryption: a value that was
/// moved to another key, replayed under another version or given a longer life is refused.
public struct Encryption: CacheStage {
  /// `encryption` in YAML.
  public static let id: StageID = "encryption"

  enum Option {
    static let algorithm = PluginOption(
      "algorithm", .choice, default: CipherName.aes256GCM,
      "How values are encrypted; what was written with the other one is read too.")
    static let keys = PluginOption(
      "keys", .optional(.secretKeys(32...32)), default: nil,
      "The keys with their names: the first is used to write, all to read.")
    static let keyFile = PluginOption(
      "key-file", .optional(.text), default: nil,
      "A file with a name and a key on each line, in place of keys.")
  }

  /// Algorithm and keys.
  public static let options: [any OptionDeclaration] = [
    Option.algorithm, Option.keys, Option.keyFile,
  ]

  private let transform: any PayloadTransform
  private let refused: RefusalCount

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    if !CipherName.isBuiltIn { throw options.error(about: Option.algorithm, Self.missingTrait) }
    var keys = try options(Option.keys) ?? []
    if let path = try options(Option.keyFile) {
      do throws(KeyFile.Problem) {
        keys = try KeyFile.keys(at: path, disk: runtime.disk)
      } catch {
        throw options.error(about: Option.keyFile, error.message)
      }
    }
    guard let first = keys.first else {
      throw options.error(about: Option.keys, "is missing; \(Option.keys.summary)")
    }
    refused = RefusalCount(cache: options.cache)
    transform = EncryptionTransform(
      cipher: try options(Option.algorithm), writing: first, keys: keys, refused: refused)
  }

  /// How many stored values were refused so far, by reason: `unknown-key`, `not-authentic`,
  /// `malformed`, `not-encrypted`.
  public var refusals: [String: Int] { refused.counts }

  /// Adds the transform for the tiers further in.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var inner = request
    inner.transforms.append(transform)
    inner.inspectors.append(refused)
    return try await next(inner)
  }

  private static let missingTrait =
    "this build has no OpenSSL; enable the package trait TLS where Strata is depended on"

  /// Missing keys, and orders in which it protects less than it seems to.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if !CipherName.isBuiltIn { problems.append(.error(missingTrait)) }
    let (hasKeys, hasFile) = (
      placement.isWritten(Option.keys), placement.isWritten(Option.keyFile)
    )
    if hasKeys == hasFile {
      let fault = hasKeys ? "keys and key-file exclude each other" : "there is no key to encrypt by"
      problems.append(.error("\(fault); write keys: [{ id: k1, key: \"${KEY}\" }] or key-file"))
    }
    if placement.outer.contains(where: { $0.id == id }) {
      problems.append(.error("a second encryption has nothing to do; remove one of them"))
    }
    return problems + orderProblems(placement)
  }

  private static func orderProblems(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if placement.inner.contains(where: { $0.id == "compression" }) {
      problems.append(
        .warning("encrypted bytes do not compress; put compression before encryption"))
    }
    func keepsBytes(_ stage: StagePlacement.Neighbour) -> Bool {
      stage.store.map { !$0.capabilities.contains(.objects) } ?? false
    }
    if let open = placement.outer.first(where: keepsBytes), let store = open.store {
      problems.append(
        .warning(
          "the store \(store.name) stands further out and keeps the same values in the open; "
            + "move encryption before it"))
    }
    if !placement.inner.contains(where: keepsBytes) {
      problems.append(
        .warning(
          "encrypts nothing here: it concerns tiers further in that keep bytes, and there is none; "
            + "move it before the tier it should protect"))
    }
    return problems
  }
}
