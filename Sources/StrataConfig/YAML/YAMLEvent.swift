// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One step of a YAML text: what stands at a place.
struct YAMLEvent {
  /// What a step can be. The start of the stream is never reported.
  enum Kind {
    case documentStart
    case documentEnd
    case streamEnd
    case alias(String)
    case scalar(String, isPlain: Bool)
    case listStart
    case listEnd
    case mapStart
    case mapEnd
  }

  var kind: Kind
  /// The name behind `&`.
  var anchor: String?
  /// The full tag: `tag:yaml.org,2002:str` for `!!str`.
  var tag: String?
  /// From 1.
  var line: Int
  /// From 1, in Unicode scalars.
  var column: Int
}
