// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What few entries have: tags and the validators of their source.
///
/// Kept apart from ``Entry`` so that entries without them pay one empty reference.
public final class EntryDetails: Sendable {
  /// The tags under which the entry can be invalidated.
  public let tags: [Tag]
  /// The source's entity tag, offered to the next load.
  public let etag: String?
  /// The source's modification time in its own notation, offered to the next load.
  public let lastModified: String?

  /// Creates details.
  public init(tags: [Tag] = [], etag: String? = nil, lastModified: String? = nil) {
    self.tags = tags
    self.etag = etag
    self.lastModified = lastModified
  }

  /// Details, or nothing where there are none.
  public static func of(tags: [Tag], etag: String?, lastModified: String?) -> EntryDetails? {
    if tags.isEmpty && etag == nil && lastModified == nil { return nil }
    return EntryDetails(tags: tags, etag: etag, lastModified: lastModified)
  }
}
