// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CYAML

/// The events of a YAML text: a thin shell around libyaml's pull parser.
///
/// libyaml keeps pointers into itself and into its input, so both live in memory that this value
/// owns and never moves. After an error, or the end of the stream, no further event may be asked
/// for.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// Starts at the beginning of `text`, which must be UTF-8; `nil` when memory is exhausted.
  init?(_ text: [UInt8]) {
    parser = .allocate(capacity: 1)
    input = .allocate(capacity: text.count)
    _ = input.initialize(from: text)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      input.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event.
  mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
    while true {
      var raw = yaml_event_t()
      guard yaml_parser_parse(parser, &raw) == 1 else { throw YAMLSyntaxError(parser.pointee) }
      defer { yaml_event_delete(&raw) }
      if let event = YAMLEvent(raw) { return event }
    }
  }
}

extension YAMLEvent {
  fileprivate init?(_ raw: yaml_event_t) {
    switch raw.type {
    case YAML_DOCUMENT_START_EVENT: self.init(.documentStart, raw)
    case YAML_DOCUMENT_END_EVENT: self.init(.documentEnd, raw)
    case YAML_STREAM_END_EVENT: self.init(.streamEnd, raw)
    case YAML_ALIAS_EVENT: self.init(.alias(String(yaml: raw.data.alias.anchor) ?? ""), raw)
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      self.init(.scalar(text, isPlain: isPlain), raw, anchor: scalar.anchor, tag: scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      let start = raw.data.sequence_start
      self.init(.listStart, raw, anchor: start.anchor, tag: start.tag)
    case YAML_SEQUENCE_END_EVENT: self.init(.listEnd, raw)
    case YAML_MAPPING_START_EVENT:
      let start = raw.data.mapping_start
      self.init(.mapStart, raw, anchor: start.anchor, tag: start.tag)
    case YAML_MAPPING_END_EVENT: self.init(.mapEnd, raw)
    default: return nil
    }
  }

  private init(
    _ kind: Kind, _ raw: yaml_event_t, anchor: UnsafePointer<yaml_char_t>? = nil,
    tag: UnsafePointer<yaml_char_t>? = nil
  ) {
    self.kind = kind
    self.anchor = String(yaml: anchor)
    self.tag = String(yaml: tag)
    line = Int(clamping: raw.start_mark.line) + 1
    column = Int(clamping: raw.start_mark.column) + 1
  }
}

extension String {
  /// The text of a NUL-terminated string of libyaml's.
  fileprivate init?(yaml text: UnsafePointer<yaml_char_t>?) {
    guard let text else { return nil }
    self.init(cString: text)
  }
}
