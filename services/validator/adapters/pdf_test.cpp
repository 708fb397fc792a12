#include "services/validator/adapters/pdf.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace q2o::validator {
namespace {

using namespace std::chrono_literals;

/// A renderer of the test's own: a shell script that gets the page on its standard input.
std::string script(const std::string& name, const std::string& body) {
  const auto path = ::testing::TempDir() + "q2o-pdf-" + name + "-" + std::to_string(::getpid());
  std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
  ::chmod(path.c_str(), 0700);
  return path;
}

struct Got {
  Status status;
  std::string bytes;
};
Got rendered(PdfRenderer& pdf, std::string_view html) {
  Got out;
  out.status = pdf.render(html, [&](std::string_view piece) {
    out.bytes += piece;
    return true;
  });
  return out;
}

TEST(Pdf, GivesWhatTheRendererMakesOfThePage) {
  PdfRenderer pdf({.program = script("cat", "cat")});
  const std::string page(1'000'000, 'x');
  const auto got = rendered(pdf, page);
  ASSERT_TRUE(got.status);
  EXPECT_EQ(got.bytes, page);
}

TEST(Pdf, SeesNothingOfOurEnvironment) {
  ::setenv("Q2O_CANARY", "secret", 1);
  PdfRenderer pdf({.program = script("env", "env")});
  EXPECT_EQ(rendered(pdf, "").bytes.find("secret"), std::string::npos);
}

TEST(Pdf, WhatTakesTooLongIsEnded) {
  PdfRenderer pdf({.program = script("slow", "exec tail -f /dev/null"), .time_max = 1s});
  const auto got = rendered(pdf, "x");
  ASSERT_FALSE(got.status);
  EXPECT_EQ(got.status.error().reason, "PDF_TOO_LARGE");
}

TEST(Pdf, ARendererThatIsNotThereIsSaidInWords) {
  PdfRenderer pdf({.program = "/nonexistent/weasyprint"});
  const auto got = rendered(pdf, "x");
  ASSERT_FALSE(got.status);
  EXPECT_EQ(got.status.error().reason, "PDF_RENDERER");
}

TEST(Pdf, NotMoreAtOnceThanThereMayBe) {
  PdfRenderer none({.program = script("cat2", "cat"), .at_once = 0});
  EXPECT_EQ(rendered(none, "x").status.error().reason, "PDF_BUSY");
}

TEST(Pdf, WeasyPrintMakesOne) {
  PdfRenderer pdf({});
  const auto got = rendered(pdf, "<!doctype html><title>x</title><h1>The books match</h1>");
  ASSERT_TRUE(got.status) << got.status.error().message;
  EXPECT_EQ(got.bytes.substr(0, 5), "%PDF-");
  EXPECT_NE(got.bytes.find("%%EOF"), std::string::npos);
}

}  // namespace
}  // namespace q2o::validator
