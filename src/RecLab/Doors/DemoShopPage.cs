using System.Net;

namespace RecLab.Doors;

/// <summary>The demo shop's one document: a foreign page in all but its address, embedding the widget with one script tag.</summary>
internal static class DemoShopPage
{
    /// <param name="key">The publishable key of the demo shop; null where it was revoked: the shop says so and does without the widget.</param>
    public static string Html(string? key) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Marginalia, demo shop</title>
          <link rel="stylesheet" href="/demo/shop.css" />
          <link rel="icon" type="image/png" href="/favicon.png" />
          {(key is null ? "" : $"<script async src=\"/widget/v1/reclab.js\" data-key=\"{WebUtility.HtmlEncode(key)}\" data-consent=\"unknown\"></script>")}
        </head>
        <body>
          <a class="skip" href="#content">To the content</a>
          <header class="top">
            <a class="logo" href="/demo">Marginalia</a>
            <nav aria-label="Shop"><a href="/demo">Home</a><a href="/demo#bestsellers">Bestsellers</a><a href="/demo/cart">Basket</a></nav>
            <div class="tools">
              <label class="switch"><input type="checkbox" id="staff" /> Staff view</label>
              <a href="/demo/cart" id="basket">Basket, 0</a>
            </div>
          </header>
          {(key is null ? "<p class=\"top\" role=\"status\">The key of this shop was revoked and stays so: there are no recommendations here any more.</p>" : "")}
          <main id="content"></main>
          <footer>A demonstration shop: every item is made up or comes from the imported data set, nothing is sold. <button class="btn" type="button" id="ask">Change what is remembered</button></footer>
          <div class="consent" role="region" aria-label="Consent" hidden>
            <div><b>May we remember what you like?</b><p>With your yes, this browser keeps a random id for 13 months so that picks fit you. Without it the shop works just the same.</p></div>
            <div class="choices"><button class="btn" type="button" id="no">No, thanks</button><button class="btn" type="button" id="yes">Yes, remember</button></div>
          </div>
          <script src="/demo/shop.js" defer></script>
        </body>
        </html>
        """;
}
