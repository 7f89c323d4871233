// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A failure of the cache, wrapped once, with who failed and where.
///
/// It names the key only by its digest and never holds a value. A loader's own error is in
/// `underlying`; ``Cache`` rethrows that one unwrapped, so that wrapping a function does not change
/// what it throws.
public struct CacheError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as a stable word. New codes may appear in a minor release.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private let name: String
    /// The word.
    public var description: String { name }

    /// The loader threw or reported a failure.
    public static let loaderFailed = Code(name: "loader-failed")
    /// The source has no value for the key.
    public static let notFound = Code(name: "not-found")
    /// The source did not take a write.
    public static let sourceFailed = Code(name: "source-failed")
    /// A stage threw.
    public static let stageFailed = Code(name: "stage-failed")
    /// A stage called `next` twice with one request.
    public static let nextCalledTwice = Code(name: "next-called-twice")
    /// A stage answered a request that it had to pass on.
    public static let nextNotCalled = Code(name: "next-not-called")
    /// A stage answered with another number of results than keys were asked for.
    public static let wrongReply = Code(name: "wrong-reply")
    /// The deadline passed.
    public static let deadlineExceeded = Code(name: "deadline-exceeded")
    /// A store failed where no tier absorbs it.
    public static let storeFailed = Code(name: "store-failed")
    /// The cache has been shut down.
    public static let closed = Code(name: "closed")
    /// Too much is waiting already.
    public static let overloaded = Code(name: "overloaded")
    /// A circuit breaker is open: whom it guards was not asked.
    public static let breakerOpen = Code(name: "breaker-open")
    /// A stage refused the value.
    public static let refused = Code(name: "refused")
    /// A value was cached under this key as another type.
    public static let wrongType = Code(name: "wrong-type")
    /// A value could not be encoded or decoded.
    public static let codecFailed = Code(name: "codec-failed")
    /// The plan has no cache of this name, or not with this key.
    public static let unknownCache = Code(name: "unknown-cache")

    /// The plan has no store of this name.
    public static let unknownStore = Code(name: "unknown-store")

    /// A code of a plugin's own, kebab-case.
    public static func custom(_ name: String) -> Code { Code(name: name) }
  }

  /// What went wrong.
  public var code: Code
  /// A sentence for a person.
  public var message: String
  /// The stage that failed, once known.
  public var stage: StageID?
  /// The position of that stage in the pipeline, 0 is outermost.
  public var position: Int?
  /// The cache, once known.
  public var cache: String?
  /// The key, by its digest.
  public var key: KeyDigest?
  /// What was thrown.
  public var underlying: (any Error)?
  /// The source file that raised it, as `Module/File.swift`.
  public var file: String
  /// The line in that file.
  public var line: Int

  /// Creates an error.
  public init(
    _ code: Code, _ message: String, stage: StageID? = nil, key: KeyDigest? = nil,
    underlying: (any Error)? = nil, file: String = #fileID, line: Int = #line
  ) {
    self.code = code
    self.message = message
    self.stage = stage
    self.key = key
    self.underlying = underlying
    self.file = file
    self.line = line
  }

  /// The failure on one line, without the text of the underlying error, which may hold anything.
  public var description: String {
    var text = "\(code): \(message)"
    if let stage { text += " [stage '\(stage)'\(position.map { " at \($0)" } ?? "")]" }
    if let cache { text += " [cache '\(cache)']" }
    if let key { text += " [key \(key)]" }
    if let underlying { text += " [underlying \(type(of: underlying))]" }
    return text + " (\(file):\(line))"
  }
}
