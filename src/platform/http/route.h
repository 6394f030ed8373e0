// One route: what it answers to, who may ask, what goes in and comes out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>

#include "core/base/error.h"
#include "platform/http/message.h"
#include "platform/http/schema.h"
#include "platform/http/upload.h"
#include "platform/security/caller.h"

namespace pharos::http {

/// Which budget a call counts against.
enum class Limit { kNone, kGeneral, kAuth, kUpload, kAnalyze };
BOOST_DESCRIBE_ENUM(Limit, kNone, kGeneral, kAuth, kUpload, kAnalyze)

/// One request on its way through its route.
struct Exchange {
  Request request;
  std::optional<security::Caller> caller;
  std::optional<Upload> upload;  ///< of routes that take one
  Headers answer_headers;        ///< for the answer, whatever it is
};

/// Made by Routes; its fluent calls complete it where it is added. Immutable once the server runs.
///
/// A route answers only to signed-in callers unless it is open().
class Route {
 public:
  using Handler = std::function<base::Task<Response>(Exchange&)>;
  /// Adds parameters, body and answer to an OpenAPI operation.
  using Description = std::function<void(Schemas&, boost::json::object& operation, int status)>;

  Route(Method method, std::string pattern, Handler handler, Description description, bool takes_upload);

  /// Anybody may ask; the caller is known where they say who they are.
  Route& open();
  Route& needs(security::Permission permission);
  Route& limited(Limit limit);
  /// A line for the documentation; the operation's name is made of it.
  Route& summary(std::string text);
  Route& tag(std::string name);
  /// Errors of its own, beside those that any route may answer with.
  Route& raises(base::Code code);
  /// What success is, where it is not 200 (or 204 for nothing).
  Route& status(int code);
  /// In bytes.
  Route& max_body(std::size_t bytes);
  /// Not in the documentation.
  Route& hidden();

  Method method() const { return method_; }
  const std::string& pattern() const { return pattern_; }
  const std::string& summary() const { return summary_; }
  const std::string& tag() const { return tag_; }
  bool is_open() const { return is_open_; }
  bool is_hidden() const { return is_hidden_; }
  bool takes_upload() const { return takes_upload_; }
  std::optional<security::Permission> permission() const { return permission_; }
  Limit limit() const { return limit_; }
  int status() const { return status_; }
  std::size_t max_body() const { return max_body_; }
  const std::vector<base::Code>& errors() const { return errors_; }
  const Handler& handler() const { return handler_; }
  const Description& description() const { return description_; }

 private:
  Method method_;
  std::string pattern_;
  Handler handler_;
  Description description_;
  bool takes_upload_;
  std::string summary_;
  std::string tag_;
  bool is_open_ = false;
  bool is_hidden_ = false;
  std::optional<security::Permission> permission_;
  Limit limit_ = Limit::kGeneral;
  int status_ = 0;
  std::size_t max_body_;
  std::vector<base::Code> errors_;
};

}  // namespace pharos::http
