// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import StrataNetwork
import Testing

@Suite("URLs of servers")
struct RESPURLTests {
  @Test func `a URL says where, as whom and which database`() throws {
    let plain = try RESPURL("redis://cache.test")
    #expect(plain.endpoint == .tcp(host: "cache.test", port: 6379))
    #expect(plain.credentials == nil && plain.database == 0 && !plain.isEncrypted)
    let full = try RESPURL("rediss://app:p%40ss%3Aw@[::1]:7000/3")
    #expect(full.endpoint == .tcp(host: "::1", port: 7000))
    #expect(full.credentials == RESPCredentials(user: "app", password: "p@ss:w"))
    #expect(full.database == 3 && full.isEncrypted)
    let socket = try RESPURL("unix://:secret@/run/redis.sock?db=2")
    #expect(socket.endpoint == .unix(path: "/run/redis.sock"))
    #expect(socket.credentials == RESPCredentials(password: "secret") && socket.database == 2)
  }

  @Test(arguments: [
    ("http://a", RESPURL.Problem.scheme), ("redis://", .place), ("redis://a:0", .port),
    ("redis://a:99999", .port), ("redis://a:x", .port), ("redis://a/b", .database),
    ("redis://a/-1", .database), ("unix://relative", .place), ("unix:///a?x=1", .query),
    ("redis://a?db=1", .query), ("redis://u:%zz@a", .encoding), ("redis://u:%+1@a", .encoding),
    ("redis://user@a", .credentials),
  ])
  func `what is no URL is refused and not repeated`(text: String, problem: RESPURL.Problem) {
    #expect(throws: problem) { try RESPURL(text) }
    #expect(!"\(problem)".contains(text))
  }

  @Test func `a URL shows no password`() throws {
    let url = try RESPURL("redis://app:hunter2@a:1/2")
    #expect("\(url)" == "redis://a:1/2")
    #expect(!"\(String(reflecting: url)) \(String(describing: url.credentials))".contains("hunter"))
  }
}
