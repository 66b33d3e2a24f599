-- CreateEnum
CREATE TYPE "role" AS ENUM ('owner', 'editor', 'author', 'member');

-- CreateEnum
CREATE TYPE "link_purpose" AS ENUM ('verify_email', 'reset_password', 'claim_purchase');

-- CreateEnum
CREATE TYPE "document_kind" AS ENUM ('tutorial', 'course', 'lesson', 'page');

-- CreateEnum
CREATE TYPE "document_state" AS ENUM ('draft', 'published');

-- CreateEnum
CREATE TYPE "level" AS ENUM ('basics', 'intermediate', 'advanced');

-- CreateEnum
CREATE TYPE "access" AS ENUM ('free', 'members', 'paid');

-- CreateEnum
CREATE TYPE "asset_state" AS ENUM ('pending', 'ready', 'refused');

-- CreateEnum
CREATE TYPE "entitlement_source" AS ENUM ('purchase', 'subscription', 'seat', 'gift', 'manual');

-- CreateEnum
CREATE TYPE "product_state" AS ENUM ('active', 'archived');

-- CreateEnum
CREATE TYPE "billing_interval" AS ENUM ('month', 'year');

-- CreateEnum
CREATE TYPE "order_state" AS ENUM ('open', 'paid', 'completed', 'canceled');

-- CreateEnum
CREATE TYPE "event_source" AS ENUM ('webhook', 'reconcile', 'replay');

-- CreateEnum
CREATE TYPE "mail_state" AS ENUM ('owed', 'sending', 'sent', 'failed');

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL DEFAULT 'member',
    "password_hash" TEXT,
    "email_verified_at" TIMESTAMPTZ(3),
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "flash" JSONB,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_link" (
    "id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "spent_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document" (
    "id" UUID NOT NULL,
    "kind" "document_kind" NOT NULL,
    "slug" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "state" "document_state" NOT NULL DEFAULT 'draft',
    "title" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "minutes" INTEGER NOT NULL DEFAULT 1,
    "words" INTEGER NOT NULL DEFAULT 0,
    "level" "level",
    "access" "access" NOT NULL DEFAULT 'free',
    "featured" BOOLEAN NOT NULL DEFAULT false,
    "cover_id" UUID,
    "cover_alt" TEXT NOT NULL DEFAULT '',
    "canonical_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_revision_id" UUID,
    "latest_revision_id" UUID,
    "card_revision_id" UUID,
    "import_key" TEXT,
    "import_hash" TEXT,

    CONSTRAINT "document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revision" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "outline" JSONB NOT NULL,
    "sections" JSONB NOT NULL,
    "excerpt" TEXT NOT NULL,
    "words" INTEGER NOT NULL,
    "minutes" INTEGER NOT NULL,
    "problems" TEXT[],
    "renderer_version" INTEGER NOT NULL,
    "saved_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "author" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "headline" TEXT NOT NULL DEFAULT '',
    "bio" TEXT NOT NULL DEFAULT '',
    "bio_html" TEXT NOT NULL DEFAULT '',
    "account_id" UUID,

    CONSTRAINT "author_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document_author" (
    "document_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "document_author_pkey" PRIMARY KEY ("document_id","author_id")
);

-- CreateTable
CREATE TABLE "topic" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "topic_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document_topic" (
    "document_id" UUID NOT NULL,
    "topic_id" UUID NOT NULL,

    CONSTRAINT "document_topic_pkey" PRIMARY KEY ("document_id","topic_id")
);

-- CreateTable
CREATE TABLE "redirect" (
    "from_path" TEXT NOT NULL,
    "document_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "redirect_pkey" PRIMARY KEY ("from_path")
);

-- CreateTable
CREATE TABLE "course" (
    "document_id" UUID NOT NULL,
    "outcomes" TEXT[],
    "audience" TEXT[],

    CONSTRAINT "course_pkey" PRIMARY KEY ("document_id")
);

-- CreateTable
CREATE TABLE "course_section" (
    "id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "course_section_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lesson" (
    "document_id" UUID NOT NULL,
    "course_id" UUID NOT NULL,
    "section_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "preview" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "lesson_pkey" PRIMARY KEY ("document_id")
);

-- CreateTable
CREATE TABLE "search_section" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "anchor" TEXT,
    "heading" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "vector" tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', "heading"), 'A')
        || setweight(to_tsvector('english', "text"), 'B')
        || setweight(to_tsvector('simple', "code"), 'C')
    ) STORED,

    CONSTRAINT "search_section_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset" (
    "id" UUID NOT NULL,
    "state" "asset_state" NOT NULL DEFAULT 'pending',
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "original_key" TEXT NOT NULL,
    "alt" TEXT NOT NULL DEFAULT '',
    "width" INTEGER,
    "height" INTEGER,
    "variants" JSONB NOT NULL DEFAULT '[]',
    "problem" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "uploaded_by_id" UUID,

    CONSTRAINT "asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document_asset" (
    "document_id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,

    CONSTRAINT "document_asset_pkey" PRIMARY KEY ("document_id","asset_id")
);

-- CreateTable
CREATE TABLE "completion" (
    "account_id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "completed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "completion_pkey" PRIMARY KEY ("account_id","document_id")
);

-- CreateTable
CREATE TABLE "entitlement" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "document_id" UUID,
    "source" "entitlement_source" NOT NULL,
    "source_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entitlement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "state" "product_state" NOT NULL DEFAULT 'active',
    "provider_product_id" TEXT,
    "synced_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_grant" (
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "document_id" UUID,

    CONSTRAINT "product_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price" (
    "id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "interval" "billing_interval",
    "active" BOOLEAN NOT NULL DEFAULT true,
    "provider_price_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer" (
    "provider_customer_id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("provider_customer_id")
);

-- CreateTable
CREATE TABLE "order" (
    "id" UUID NOT NULL,
    "account_id" UUID,
    "state" "order_state" NOT NULL DEFAULT 'open',
    "checkout_key" TEXT,
    "provider_transaction_id" TEXT,
    "buyer_email" TEXT,
    "currency" CHAR(3),
    "total" BIGINT,
    "tax" BIGINT,
    "refunded" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_item" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "price_id" UUID NOT NULL,
    "quantity" INTEGER NOT NULL DEFAULT 1,
    "provider_item_id" TEXT,
    "total" BIGINT,
    "refunded" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "order_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_event" (
    "event_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "entity_id" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,
    "raw" TEXT NOT NULL,
    "source" "event_source" NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "quarantined_at" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "provider_event_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "state" "mail_state" NOT NULL DEFAULT 'owed',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "claimed_at" TIMESTAMPTZ(3),
    "provider_id" TEXT,
    "problem" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_email_key" ON "account"("email");

-- CreateIndex
CREATE INDEX "session_account_id_idx" ON "session"("account_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "account_link_account_id_purpose_idx" ON "account_link"("account_id", "purpose");

-- CreateIndex
CREATE INDEX "account_link_expires_at_idx" ON "account_link"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "document_path_key" ON "document"("path");

-- CreateIndex
CREATE UNIQUE INDEX "document_published_revision_id_key" ON "document"("published_revision_id");

-- CreateIndex
CREATE UNIQUE INDEX "document_latest_revision_id_key" ON "document"("latest_revision_id");

-- CreateIndex
CREATE UNIQUE INDEX "document_import_key_key" ON "document"("import_key");

-- CreateIndex
CREATE INDEX "document_kind_state_published_at_id_idx" ON "document"("kind", "state", "published_at" DESC, "id");

-- CreateIndex
CREATE INDEX "document_kind_updated_at_id_idx" ON "document"("kind", "updated_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "revision_document_id_number_key" ON "revision"("document_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "author_slug_key" ON "author"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "author_account_id_key" ON "author"("account_id");

-- CreateIndex
CREATE INDEX "document_author_author_id_idx" ON "document_author"("author_id");

-- CreateIndex
CREATE UNIQUE INDEX "topic_slug_key" ON "topic"("slug");

-- CreateIndex
CREATE INDEX "document_topic_topic_id_idx" ON "document_topic"("topic_id");

-- CreateIndex
CREATE INDEX "redirect_document_id_idx" ON "redirect"("document_id");

-- CreateIndex
CREATE INDEX "course_section_course_id_position_idx" ON "course_section"("course_id", "position");

-- CreateIndex
CREATE INDEX "lesson_course_id_idx" ON "lesson"("course_id");

-- CreateIndex
CREATE INDEX "lesson_section_id_position_idx" ON "lesson"("section_id", "position");

-- CreateIndex
CREATE INDEX "search_section_vector_idx" ON "search_section" USING GIN ("vector");

-- CreateIndex
CREATE UNIQUE INDEX "search_section_document_id_position_key" ON "search_section"("document_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "asset_sha256_key" ON "asset"("sha256");

-- CreateIndex
CREATE INDEX "asset_state_created_at_idx" ON "asset"("state", "created_at");

-- CreateIndex
CREATE INDEX "document_asset_asset_id_idx" ON "document_asset"("asset_id");

-- CreateIndex
CREATE INDEX "completion_document_id_idx" ON "completion"("document_id");

-- CreateIndex
CREATE INDEX "entitlement_account_id_idx" ON "entitlement"("account_id");

-- CreateIndex
CREATE INDEX "entitlement_document_id_idx" ON "entitlement"("document_id");

-- CreateIndex
CREATE UNIQUE INDEX "product_slug_key" ON "product"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "product_provider_product_id_key" ON "product"("provider_product_id");

-- CreateIndex
CREATE INDEX "product_grant_document_id_idx" ON "product_grant"("document_id");

-- CreateIndex
CREATE UNIQUE INDEX "product_grant_product_id_document_id_key" ON "product_grant"("product_id", "document_id");

-- CreateIndex
CREATE UNIQUE INDEX "price_provider_price_id_key" ON "price"("provider_price_id");

-- CreateIndex
CREATE INDEX "price_product_id_idx" ON "price"("product_id");

-- CreateIndex
CREATE INDEX "customer_account_id_idx" ON "customer"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_checkout_key_key" ON "order"("checkout_key");

-- CreateIndex
CREATE UNIQUE INDEX "order_provider_transaction_id_key" ON "order"("provider_transaction_id");

-- CreateIndex
CREATE INDEX "order_account_id_created_at_idx" ON "order"("account_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "order_created_at_id_idx" ON "order"("created_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "order_item_provider_item_id_key" ON "order_item"("provider_item_id");

-- CreateIndex
CREATE INDEX "order_item_order_id_idx" ON "order_item"("order_id");

-- CreateIndex
CREATE INDEX "order_item_price_id_idx" ON "order_item"("price_id");

-- CreateIndex
CREATE INDEX "provider_event_entity_id_occurred_at_event_id_idx" ON "provider_event"("entity_id", "occurred_at", "event_id");

-- CreateIndex
CREATE INDEX "provider_event_received_at_event_id_idx" ON "provider_event"("received_at" DESC, "event_id");

-- CreateIndex
CREATE UNIQUE INDEX "mail_key_key" ON "mail"("key");

-- CreateIndex
CREATE INDEX "mail_state_due_at_idx" ON "mail"("state", "due_at");

-- CreateIndex
CREATE INDEX "mail_created_at_idx" ON "mail"("created_at" DESC);

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_link" ADD CONSTRAINT "account_link_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document" ADD CONSTRAINT "document_published_revision_id_fkey" FOREIGN KEY ("published_revision_id") REFERENCES "revision"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document" ADD CONSTRAINT "document_latest_revision_id_fkey" FOREIGN KEY ("latest_revision_id") REFERENCES "revision"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document" ADD CONSTRAINT "document_cover_id_fkey" FOREIGN KEY ("cover_id") REFERENCES "asset"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revision" ADD CONSTRAINT "revision_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revision" ADD CONSTRAINT "revision_saved_by_id_fkey" FOREIGN KEY ("saved_by_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "author" ADD CONSTRAINT "author_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_author" ADD CONSTRAINT "document_author_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_author" ADD CONSTRAINT "document_author_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "author"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_topic" ADD CONSTRAINT "document_topic_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_topic" ADD CONSTRAINT "document_topic_topic_id_fkey" FOREIGN KEY ("topic_id") REFERENCES "topic"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "redirect" ADD CONSTRAINT "redirect_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course" ADD CONSTRAINT "course_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "course_section" ADD CONSTRAINT "course_section_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "course"("document_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_course_id_fkey" FOREIGN KEY ("course_id") REFERENCES "course"("document_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_section_id_fkey" FOREIGN KEY ("section_id") REFERENCES "course_section"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "search_section" ADD CONSTRAINT "search_section_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_uploaded_by_id_fkey" FOREIGN KEY ("uploaded_by_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_asset" ADD CONSTRAINT "document_asset_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_asset" ADD CONSTRAINT "document_asset_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "completion" ADD CONSTRAINT "completion_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "completion" ADD CONSTRAINT "completion_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entitlement" ADD CONSTRAINT "entitlement_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entitlement" ADD CONSTRAINT "entitlement_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_grant" ADD CONSTRAINT "product_grant_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_grant" ADD CONSTRAINT "product_grant_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price" ADD CONSTRAINT "price_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer" ADD CONSTRAINT "customer_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_price_id_fkey" FOREIGN KEY ("price_id") REFERENCES "price"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say

ALTER TABLE "account" ADD CONSTRAINT "account_email_is_lower" CHECK ("email" = lower("email") AND "email" LIKE '%_@_%');
ALTER TABLE "document" ADD CONSTRAINT "document_path_is_rooted" CHECK ("path" LIKE '/%' AND "path" = lower("path"));
ALTER TABLE "document" ADD CONSTRAINT "document_published_has_revision"
    CHECK ("state" <> 'published' OR "published_at" IS NOT NULL);
ALTER TABLE "revision" ADD CONSTRAINT "revision_number_is_positive" CHECK ("number" > 0);
ALTER TABLE "asset" ADD CONSTRAINT "asset_ready_has_size"
    CHECK ("state" <> 'ready' OR ("width" > 0 AND "height" > 0));
ALTER TABLE "entitlement" ADD CONSTRAINT "entitlement_ends_after_start" CHECK ("ends_at" IS NULL OR "ends_at" >= "starts_at");
-- One right per source, person and document (a null document is "everything marked members").
CREATE UNIQUE INDEX "entitlement_once" ON "entitlement" ("source", "source_id", "account_id", "document_id") NULLS NOT DISTINCT;
DROP INDEX "product_grant_product_id_document_id_key";
CREATE UNIQUE INDEX "product_grant_product_id_document_id_key" ON "product_grant" ("product_id", "document_id") NULLS NOT DISTINCT;
ALTER TABLE "price" ADD CONSTRAINT "price_amount_is_not_negative" CHECK ("amount" >= 0);
ALTER TABLE "price" ADD CONSTRAINT "price_currency_is_upper" CHECK ("currency" = upper("currency"));
ALTER TABLE "order" ADD CONSTRAINT "order_refund_within_total" CHECK ("refunded" >= 0);
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_quantity_is_positive" CHECK ("quantity" > 0);
ALTER TABLE "mail" ADD CONSTRAINT "mail_sent_has_time" CHECK ("state" <> 'sent' OR "sent_at" IS NOT NULL);

-- What Paddle sent is never changed or removed; only how far we are with it.
CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'provider_event is append-only';
    END IF;
    IF (NEW.event_id, NEW.type, NEW.entity_id, NEW.occurred_at, NEW.raw, NEW.source, NEW.received_at)
        IS DISTINCT FROM (OLD.event_id, OLD.type, OLD.entity_id, OLD.occurred_at, OLD.raw, OLD.source, OLD.received_at) THEN
        RAISE EXCEPTION 'provider_event is append-only';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER provider_event_append_only BEFORE UPDATE OR DELETE ON "provider_event"
    FOR EACH ROW EXECUTE FUNCTION refuse_event_change();
